<?php
/**
 * What shoppers read, in nl_NL.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'nl_NL',
	'messages' => array(
		'Track your order' => 'Volg je bestelling',
		'Track' => 'Volgen',
		'Track order %s' => 'Bestelling %s volgen',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'We bewaren je e-mailadres bij je winkelwagen zodra je het typt, zodat we je kunnen herinneren als je weggaat.',
		'We will not remind you of this cart.' => 'We herinneren je niet aan deze winkelwagen.',
		'No reminder, thank you' => 'Geen herinnering, bedankt',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Stuur mij nieuws en aanbiedingen van %s per e-mail. Ik kan ze op elk moment stopzetten.',
	),
);
