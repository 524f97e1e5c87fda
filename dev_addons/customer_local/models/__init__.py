from . import ir_mail_server, res_company, sms_sms
