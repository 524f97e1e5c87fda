"""Names that several files share."""

GROUP_SPECIALIST = 'customer_services.group_customer_services_specialist'
GROUP_AGENT = 'customer_services.group_customer_services_agent'
GROUP_INTEGRATOR = 'customer_services.group_customer_services_integrator'
GROUP_MANAGER = 'customer_services.group_customer_services_manager'

#: types of ``mail.message`` that are conversation: what the portal shows as a thread
CONVERSATION_TYPES = ('comment', 'email')
#: days after which a form key cannot be replayed any more and its row is deleted
SUBMISSION_DAYS = 7
#: customer that an end user of several customers has chosen: key of the session and of the context, an id
CUSTOMER_KEY = 'customer_services_customer'
