"""Names that several files share."""

GROUP_DATA_ADMINISTRATOR = 'customer_project.group_customer_project_data_administrator'

#: who sees a file or a folder, as staff choose it
VISIBILITIES = [
    ('internal', 'Staff only'),
    ('customer', 'Customer'),
    ('accesses', 'Chosen accesses'),
]
#: who really sees it: what was chosen for it and for all folders above it, the narrowest of them
REACHES = [*VISIBILITIES, ('own', 'Who uploaded it')]
#: what customers may do in a folder
UPLOADS = [
    ('no', 'Not allowed'),
    ('yes', 'Allowed'),
    ('drop', 'Blind: each sees his own files only'),
]
#: visibilities of a project at Odoo that let customers in
OPEN_PRIVACY = ('invited_users', 'portal')

REQUEST_STATES = [
    ('open', 'Open'),
    ('submitted', 'Submitted'),
    ('accepted', 'Accepted'),
    ('returned', 'Sent back'),
    ('cancelled', 'Cancelled'),
]
#: states in which the customer can upload into a request
WAITING_STATES = ('open', 'returned')

RECEIPT_KINDS = [('read', 'Read'), ('download', 'Downloaded'), ('confirm', 'Confirmed')]

EVENTS = [
    ('file', 'New file'),
    ('version', 'New version'),
    ('request', 'Request for a document'),
    ('reminder', 'Reminder'),
    ('status', 'Request accepted or sent back'),
    ('upload', 'Upload by the customer'),
]
ROLES = [
    ('access_all', 'End users with access to everything'),
    ('access', 'Other end users'),
    ('manager', 'Project manager'),
    ('staff', 'Administrators and processors'),
]
MODES = [('off', 'No mail'), ('once', 'At once'), ('digest', 'Daily digest')]

#: seconds that a rest of an upload is kept, bytes of one piece, and names shown in one digest
UPLOAD_HOURS = 48
CHUNK_BYTES = 8 * 1024 * 1024
#: content that Odoo keeps in the database goes through one bytes value
MAX_DATABASE_BYTES = 100 * 1024 * 1024
#: bytes that are held while a file goes to a storage of another module or comes from it; S3 takes 5 MiB or more
STORAGE_BLOCK = 8 * 1024 * 1024
#: greatest value of ``ir.attachment.file_size``, a 32-bit column; the true size is on the version
MAX_INT4 = 2 ** 31 - 1

DEFAULT_MAX_MB = 2048
DEFAULT_QUOTA_MB = 20480
MAX_NAME = 120
MAX_ZIP_FILES = 5000
