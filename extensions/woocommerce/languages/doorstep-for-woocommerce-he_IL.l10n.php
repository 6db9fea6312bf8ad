<?php
/**
 * What shoppers read, in he_IL.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'he_IL',
	'messages' => array(
		'Track your order' => 'מעקב אחר ההזמנה שלכם',
		'Track' => 'מעקב',
		'Track order %s' => 'מעקב אחר הזמנה %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'אנחנו שומרים את כתובת האימייל שלכם עם העגלה ברגע שאתם מקלידים אותה, כדי שנוכל להזכיר לכם אם תעזבו.',
		'We will not remind you of this cart.' => 'לא נזכיר לכם את העגלה הזו.',
		'No reminder, thank you' => 'בלי תזכורת, תודה',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'שלחו לי באימייל חדשות ומבצעים מאת %s. אפשר להפסיק אותם בכל עת.',
	),
);
