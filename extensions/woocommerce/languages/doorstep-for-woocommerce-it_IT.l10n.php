<?php
/**
 * What shoppers read, in it_IT.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'it_IT',
	'messages' => array(
		'Track your order' => 'Segui il tuo ordine',
		'Track' => 'Segui',
		'Track order %s' => 'Segui l’ordine %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'Conserviamo il tuo indirizzo e-mail con il carrello appena lo scrivi, per potertelo ricordare se esci.',
		'We will not remind you of this cart.' => 'Non ti ricorderemo questo carrello.',
		'No reminder, thank you' => 'Nessun promemoria, grazie',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'Inviatemi per e-mail novità e offerte di %s. Posso interromperle in qualsiasi momento.',
		'Tell me when it is back' => 'Avvisami quando torna',
		'Which one?' => 'Quale?',
		'E-mail address' => 'Indirizzo e-mail',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => 'Mandatemi una sola e-mail quando torna. Il mio indirizzo non serve ad altro e posso ritirare la richiesta in ogni momento.',
		'That did not work. Please try again later.' => 'Non ha funzionato. Riprova più tardi.',
	),
);
