from . import blog_blog, blog_post, customer_registration_policy
