from efus_conference.models.editions import Edition, EditionHost, EditionQuerySet, Project
from efus_conference.models.erasures import Erasure
from efus_conference.models.former_addresses import FormerAddress, remembers_its_addresses
from efus_conference.models.loaded import LoadedItem
from efus_conference.models.mails import Mail
from efus_conference.models.merges import OrganisationMerge
from efus_conference.models.organisations import Organisation, OrganisationQuerySet
from efus_conference.models.public_version import PublicVersion, raises_public_version
from efus_conference.models.users import User, UserManager

__all__ = [
    "Edition",
    "EditionHost",
    "EditionQuerySet",
    "Erasure",
    "FormerAddress",
    "LoadedItem",
    "Mail",
    "Organisation",
    "OrganisationMerge",
    "OrganisationQuerySet",
    "Project",
    "PublicVersion",
    "User",
    "UserManager",
    "raises_public_version",
    "remembers_its_addresses",
]
