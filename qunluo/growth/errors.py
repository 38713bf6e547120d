"""Why something about growing could not be done."""

from qunluo.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from qunluo.kernel.text import _


class InvitationNotFound(NotFound):
    """No such code, or not for this viewer."""

    code = "growth.invitation_not_found"
    message = _("We do not know this invitation.")
    next_step = _("Check the code, or ask the person who invited you for a new one.")


class InvitationRevoked(Conflict):
    """The inviter or an operator took it back."""

    code, status = "growth.invitation_revoked", 410
    message = _("This invitation was taken back.")
    next_step = _("Ask the person who invited you for a new one.")


class InvitationExpired(Conflict):
    """Its last day is over."""

    code, status = "growth.invitation_expired", 410
    message = _("This invitation has expired.")
    next_step = _("Ask the person who invited you for a new one.")


class InvitationUsedUp(Conflict):
    """Every place was taken."""

    code, status = "growth.invitation_used_up", 410
    message = _("All places of this invitation are taken.")
    next_step = _("Ask the person who invited you for a new one.")


class QuotaExhausted(TooMany):
    """The member has handed out all the places they may."""

    code = "growth.quota_exhausted"
    message = _("You have {left} places left to give, out of {quota}.")
    next_step = _("Take back an invitation that nobody used, or ask an operator for more places.")


class NotYourInvitation(Forbidden):
    """Only the inviter and those who manage invitations may touch it."""

    code = "growth.not_your_invitation"
    message = _("This invitation was made by somebody else.")


class FoundingIsFull(Conflict):
    """All hundred seats are taken; there is no seat 101."""

    code = "growth.founding_full"
    message = _("All {seats} founding seats are taken. There is no seat {next}.")
    next_step = _("Invite them as a member; the founding badge stays with the first hundred.")


class AlreadySeated(Conflict):
    """The contact or the person already has a seat."""

    code = "growth.already_seated"
    message = _("{name} already has founding seat {seat}.")


class ContactNotFound(NotFound):
    """No such contact in this community."""

    code = "growth.contact_not_found"
    message = _("This contact is not on the list.")


class CustomerNotFound(NotFound):
    """No such customer in this community."""

    code = "growth.customer_not_found"
    message = _("This customer is not in the list.")


class AlreadyMatched(Conflict):
    """One customer is one person."""

    code = "growth.already_matched"
    message = _("This customer is already matched with a member.")
    next_step = _("Take the match back first if it is wrong.")


class NobodyToInvite(Invalid):
    """Nobody in the selection may be written to."""

    code = "growth.nobody_to_invite"
    message = _("Nobody in this selection can be invited this way.")
    next_step = _(
        "E-mail goes only to customers with an address who agreed and did not unsubscribe. "
        "Use a link or a poster for the others."
    )


class ImportNotFound(NotFound):
    """No such import in this community."""

    code = "growth.import_not_found"
    message = _("This import does not exist.")


class ImportRunning(Conflict):
    """One import at a time per community."""

    code = "growth.import_running"
    message = _("Another import of this community is still running.")
    next_step = _("Wait until it has finished, then start again.")


class ImportClosed(Conflict):
    """The import has ended, or never reached this state."""

    code = "growth.import_closed"
    message = _("This import has already ended.")
    next_step = _("Upload the file again to start a new one.")


class UploadGone(Conflict):
    """What was uploaded is no longer kept here."""

    code = "growth.upload_gone"
    message = _("The uploaded file is no longer here.")
    next_step = _("Upload the file again to start a new one.")


class ColumnsMissing(Invalid):
    """The mapping does not say who a row is about."""

    code = "growth.columns_missing"
    message = _("Say which column holds the customer number, the phone or the e-mail.")
    next_step = _("At least one of the three is needed to tell customers apart.")


class OrderColumnsMissing(Invalid):
    """The mapping does not say when and for how much."""

    code = "growth.order_columns_missing"
    message = _("Say which columns hold the date and the amount of the orders.")


class UnknownColumn(Invalid):
    """The mapping names a column that the file does not have."""

    code = "growth.unknown_column"
    message = _("The file has no column “{column}”. It has: {columns}.")


class RowsRefused(Invalid):
    """Asked for all or nothing, and some rows are wrong."""

    code = "growth.rows_refused"
    message = _("{count} rows could not be read, so nothing was imported.")
    next_step = _("Correct the rows listed, or import without “all or nothing”.")


class BadTable(Invalid):
    """The base of everything that can be wrong with an uploaded table."""

    code = "growth.bad_table"
    message = _("This file cannot be read as a table.")
    next_step = _("Save it as CSV (UTF-8) or as .xlsx and try again.")


class EmptyTable(BadTable):
    """No rows."""

    code = "growth.empty_table"
    message = _("The file holds no rows.")
    next_step = _("Check that it is the right file and the right sheet.")


class NotATable(BadTable):
    """Binary data, a picture, a PDF …"""

    code = "growth.not_a_table"
    message = _("This is not a table: the file holds binary data.")


class FileTooLarge(BadTable):
    """More bytes than we take."""

    code = "growth.file_too_large"
    message = _("The file is larger than {limit} MB.")
    next_step = _("Split it into several files and import them one after another.")


class LineTooLong(BadTable):
    """A line that no table has."""

    code = "growth.line_too_long"
    message = _("Line {line} is longer than {limit} characters.")
    next_step = _("Check that it is a table with one row per line and that quotes are closed.")


class TooManyColumns(BadTable):
    """A row with more cells than we take."""

    code = "growth.too_many_columns"
    message = _("Line {line} has more than {limit} columns.")
    next_step = _("Keep only the columns that you want to import.")


class TooManyRows(BadTable):
    """More rows than we take at once."""

    code = "growth.too_many_rows"
    message = _("The file has more than {limit} rows.")
    next_step = _("Split it into several files and import them one after another.")


class UnknownEncoding(BadTable):
    """Neither UTF-8, UTF-16 nor GB18030, and no guess held."""

    code = "growth.unknown_encoding"
    message = _("We could not tell how the characters of this file are encoded.")
    next_step = _("Save it as CSV with the encoding UTF-8, or say which encoding it has.")


class WrongEncoding(BadTable):
    """The encoding that was named does not fit."""

    code = "growth.wrong_encoding"
    message = _("The file is not written in {encoding} (byte {position} does not fit).")
    next_step = _("Choose another encoding, or let us detect it.")


class SheetNotFound(BadTable):
    """No sheet of that name."""

    code = "growth.sheet_not_found"
    message = _("The workbook has no sheet “{sheet}”. It has: {sheets}.")


class SheetDamaged(BadTable):
    """The spreadsheet program's file is cut off or broken."""

    code = "growth.sheet_damaged"
    message = _("The spreadsheet is damaged or incomplete.")
    next_step = _("Open it in your spreadsheet program, save it anew and try again.")


class SheetProtected(BadTable):
    """It asks for a password."""

    code = "growth.sheet_protected"
    message = _("The spreadsheet is protected with a password.")
    next_step = _("Save it without a password and try again.")


class SheetTooLarge(BadTable):
    """It unpacks to far more than it says: a zip bomb, or a real giant."""

    code = "growth.sheet_too_large"
    message = _("The spreadsheet unpacks to more than this installation can hold.")
    next_step = _("Save the sheet as CSV and import that.")


class ExportNotFound(NotFound):
    """No such export, or its file was deleted."""

    code = "growth.export_not_found"
    message = _("This archive is no longer here.")
    next_step = _("Ask for a new one; archives are kept for {days} days.")


class ArchiveDamaged(Invalid):
    """The archive is not complete, or was changed."""

    code = "growth.archive_damaged"
    message = _("The archive is damaged: {what}.")
    next_step = _("Make a new archive with “qunluo export”.")


class ArchiveTooNew(Conflict):
    """Written by a later version."""

    code = "growth.archive_too_new"
    message = _("The archive was written by a newer version ({version}) of Qunluo.")
    next_step = _("Update this installation first.")


class SlugTaken(Conflict):
    """A community with the same address lives here."""

    code = "growth.slug_taken"
    message = _("A community with the address “{slug}” already lives here.")
    next_step = _("Choose another address with --slug.")
