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
		'Tell me when it is back' => 'Laat het me weten als het er weer is',
		'Which one?' => 'Welke?',
		'E-mail address' => 'E-mailadres',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'Stuur me één e-mail als het er weer is. Mijn adres wordt nergens anders voor gebruikt en ik kan dit op elk moment intrekken.',
		'That did not work. Please try again later.' => 'Dat is niet gelukt. Probeer het later opnieuw.',
	),
);
