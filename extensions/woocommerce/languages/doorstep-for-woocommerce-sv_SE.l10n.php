<?php
/**
 * What shoppers read, in sv_SE.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'sv_SE',
	'messages' => array(
		'Track your order' => 'Följ din beställning',
		'Track' => 'Följ',
		'Track order %s' => 'Följ beställning %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'Vi sparar din e-postadress med din varukorg när du skriver den, så att vi kan påminna dig om du lämnar sidan.',
		'We will not remind you of this cart.' => 'Vi påminner dig inte om den här varukorgen.',
		'No reminder, thank you' => 'Ingen påminnelse, tack',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Skicka mig nyheter och erbjudanden från %s via e-post. Jag kan avsluta dem när som helst.',
	),
);
