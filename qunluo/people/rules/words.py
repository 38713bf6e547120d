"""Sentences about accounts that doors without a catalog say; plain Python."""

from qunluo.kernel.text import _

# What the adapter of allauth says; marked here, because providers have no catalog.
SIGN_IN = {
    "email_password_mismatch": _("The e-mail or the password is not right. Please check both."),
    "incorrect_code": _("That is not the code. Look at the newest mail, or at the app, once more."),
    "incorrect_password": _("That is not your password."),
    "enter_current_password": _("That is not your current password."),
    "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
    "rate_limited": _("That was too often in a short time. Wait a little, then try again."),
    "same_as_current": _("That is what you have now."),
    "reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use your authenticator app or a recovery code"),
    "mfa_reauthenticate:webauthn": _("Use a passkey"),
    "passkey": _("This device"),
}
OWN_DATA_HOLDS = _(
    "Your profile and picture, your addresses, devices, linked accounts and tokens (without "
    "secrets), and everything that you did here or that was done concerning you"
)

EXPORT_README = """\
群落 · 我的数据

这份压缩包里是本站保存的、与你有关的全部内容。
每个 .json 文件都是 UTF-8 编码的文本，任何程序都能读取；manifest.json 列出了所有文件。
media/ 里是你上传的图片。时间均为 UTC。

Qunluo · your own data

This archive holds everything this site keeps about you.
Every .json file is UTF-8 text that any program can read; manifest.json lists them all.
media/ holds the pictures you uploaded. Times are UTC.
"""
