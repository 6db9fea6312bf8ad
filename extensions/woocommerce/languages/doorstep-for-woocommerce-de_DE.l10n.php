<?php
/**
 * What shoppers read, in de_DE.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'de_DE',
	'messages' => array(
		'Track your order' => 'Bestellung verfolgen',
		'Track' => 'Verfolgen',
		'Track order %s' => 'Bestellung %s verfolgen',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'Wir speichern Ihre E-Mail-Adresse mit Ihrem Warenkorb, sobald Sie sie eingeben, um Sie erinnern zu können, falls Sie gehen.',
		'We will not remind you of this cart.' => 'Wir erinnern Sie nicht an diesen Warenkorb.',
		'No reminder, thank you' => 'Nein danke, keine Erinnerung',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Senden Sie mir Neuigkeiten und Angebote von %s per E-Mail. Ich kann sie jederzeit abbestellen.',
		'Tell me when it is back' => 'Benachrichtigen, wenn wieder da',
		'Which one?' => 'Welche Ausführung?',
		'E-mail address' => 'E-Mail-Adresse',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'Senden Sie mir eine einzige E-Mail, wenn es wieder da ist. Meine Adresse wird für nichts anderes verwendet, und ich kann das jederzeit zurücknehmen.',
		'That did not work. Please try again later.' => 'Das hat nicht geklappt. Bitte versuchen Sie es später noch einmal.',
	),
);
