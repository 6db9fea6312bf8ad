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
		'Tell me when it is back' => 'Säg till när den är tillbaka',
		'Which one?' => 'Vilken?',
		'E-mail address' => 'E-postadress',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'Skicka mig ett enda mejl när den är tillbaka. Min adress används inte till något annat och jag kan ta tillbaka det här när som helst.',
		'That did not work. Please try again later.' => 'Det gick inte. Försök igen senare.',
	),
);
