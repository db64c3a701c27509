from django.db import connection


def test_the_tests_database_is_a_real_postgresql(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, version()")
        user, version = cursor.fetchone()
    assert version.startswith("PostgreSQL")
    assert user != "medkarta_admin"
