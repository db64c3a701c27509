"""Reading one's own subscriptions."""

from uuid import UUID

from medkarta.subscriptions.owners import Owner, View, owned_by, view_of


def subscription_of(owner: Owner, subscription_id: UUID) -> View | None:
    """The owner's subscription; None for another's."""
    row = owned_by(owner).filter(pk=subscription_id).first()
    return None if row is None else view_of(row)
