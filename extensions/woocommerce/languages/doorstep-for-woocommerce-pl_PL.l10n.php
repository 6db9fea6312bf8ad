<?php
/**
 * What shoppers read, in pl_PL.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'pl_PL',
	'messages' => array(
		'Track your order' => 'Śledź swoje zamówienie',
		'Track' => 'Śledź',
		'Track order %s' => 'Śledź zamówienie %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'Zapisujemy Twój adres e-mail razem z koszykiem, gdy tylko go wpiszesz, aby móc przypomnieć o nim, jeśli opuścisz stronę.',
		'We will not remind you of this cart.' => 'Nie będziemy przypominać o tym koszyku.',
		'No reminder, thank you' => 'Dziękuję, bez przypomnienia',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Chcę otrzymywać e-mailem nowości i oferty od %s. W każdej chwili mogę z nich zrezygnować.',
		'Tell me when it is back' => 'Daj mi znać, gdy znów będzie',
		'Which one?' => 'Który wariant?',
		'E-mail address' => 'Adres e-mail',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'Wyślijcie mi jeden e-mail, gdy znów będzie. Mój adres nie posłuży do niczego innego i mogę to w każdej chwili cofnąć.',
		'That did not work. Please try again later.' => 'Nie udało się. Spróbuj ponownie później.',
	),
);
