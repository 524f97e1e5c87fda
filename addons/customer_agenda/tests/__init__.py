from . import (
    test_access,
    test_booking,
    test_calendar,
    test_conformance,
    test_letter,
    test_mail,
    test_notice,
    test_portal,
    test_slots,
    test_staff,
    test_wait,
)
