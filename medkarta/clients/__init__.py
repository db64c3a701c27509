"""Programs that call the API: clinics' systems, and the apps that citizens chose."""
