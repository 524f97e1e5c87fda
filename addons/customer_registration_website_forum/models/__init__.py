from . import customer_registration_policy, forum_forum
