"""Settings of the account pages that settings.py takes over as they are: whose forms, and how long codes last."""

from __future__ import annotations

ACCOUNT_FORMS = {
    # What tells nobody whether an address has an account.
    "signup": "efus_conference.alike.SignupForm",
    "reset_password": "efus_conference.alike.ResetPasswordForm",
    "request_login_code": "efus_conference.alike.RequestLoginCodeForm",
    "login": "efus_conference.account_forms.LoginForm",
    "confirm_login_code": "efus_conference.account_forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "efus_conference.account_forms.ConfirmAddressForm",
    "add_email": "efus_conference.account_forms.AddAddressForm",
    "change_password": "efus_conference.account_forms.ChangePasswordForm",
    "set_password": "efus_conference.account_forms.SetPasswordForm",
    "reset_password_from_key": "efus_conference.account_forms.NewPasswordForm",
    "reauthenticate": "efus_conference.account_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "efus_conference.account_forms.SecondFactorForm",
    "reauthenticate": "efus_conference.account_forms.SecondFactorAgainForm",
}

# A mail may take minutes. Two new codes may be asked for, and each of the three lasts the whole time (seconds).
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 2
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_TIMEOUT = 3 * ACCOUNT_LOGIN_BY_CODE_TIMEOUT
