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
		'Tell me when it is back' => 'עדכנו אותי כשזה חוזר',
		'Which one?' => 'איזה מהם?',
		'E-mail address' => 'כתובת דוא״ל',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'שלחו לי אימייל אחד כשזה חוזר. הכתובת שלי לא תשמש לשום דבר אחר, ואפשר לבטל את זה בכל עת.',
		'That did not work. Please try again later.' => 'זה לא הצליח. נסו שוב מאוחר יותר.',
	),
);
