"""Where the joke doctor's list of offensive words differs from that of the library.

The library's lists are made for chat rooms: they hold all that has to do with the body, sex and
God. Jokes about these are not left out for a word, and nobody is offensive for whom they love;
what is left are insults and coarse words. The lists of its other languages were not gone through,
and hold everyday words ("sigara", "bira", "gol"): for those only `EVERYWHERE` is looked for.
"""

from __future__ import annotations

# ISO 639-1 and the library's name of the languages whose lists were gone through.
LANGUAGES = {
    "en": "english",
    "de": "german",
    "es": "spanish",
    "fr": "french",
    "pl": "polish",
    "ru": "russian",
}

# Understood, and meant, in jokes of any language.
EVERYWHERE = frozenset(
    {"bullshit", "fuck", "fucked", "fucker", "fucking", "motherfucker", "nigger", "shit", "🖕"}
)


def _words(text: str) -> frozenset[str]:
    """One word or phrase a comma."""
    return frozenset(" ".join(word.split()) for word in text.split(",")) - {""}


HARMLESS: dict[str, frozenset[str]] = {
    "en": _words(
        """
        alaskan pipeline, anal, anus, auto erotic, autoerotic, bareback, barely legal, barenaked,
        bastardized, bastinado, bbw, bdsm, beaver cleaver, big black, big breasts, bimbos,
        birdlock, blonde action, bondage, boner, boob, boobs, booty call, bs, bullet vibe, busty,
        butt, buttcheeks, camel toe, circlejerk, clitoris, clover clamps, cornhole, date rape,
        dendrophilia, dingleberries, dingleberry, dirty pillows, domination, dominatrix, dp
        action, dvda, ecchi, ejaculation, erotic, erotism, escort, eunuch, fecal, figging,
        fingering, foot fetish, frotting, fuck buttons, g-spot, genitals, girl on, girl on top,
        girls gone wild, god damn, grope, guro, hard core, hardcore, hoe, homoerotic, honkey,
        hooker, hot carl, hot chick, how to kill, how to murder, huge fat, humping, incest,
        intercourse, jelly donut, kinky, leather restraint, leather straight jacket, lemon party,
        lmfao, lolita, lovemaking, make me come, male squirting, menage a trois, mf, missionary
        position, mound of venus, mr hands, nawashi, nimphomania, nipple, nipples, nsfw images,
        nude, nudity, nympho, nymphomania, octopussy, omfg, orgasm, orgy, panties, panty, pegging,
        penis, phone sex, playboy, pleasure chest, poof, poon, prince albert piercing, pubes,
        raging boner, rectum, s&m, sadism, santorum, scat, scissoring, semen, sex, sexo, sexy,
        shibari, shota, simp, skeet, snatch, snowballing, sodomize, sodomy, spunk, stfu, strap on,
        strip club, style doggy, suck, sucks, suicide girls, sultry women, swastika, swinger,
        tainted love, taste my, testbad01, threesome, throating, tied up, tight white, tit, tongue
        in a, topless, tushy, twink, twinkie, undressing, urethra play, vagina, venus mound,
        vibrator, violet wand, voyeur, vulva, wet dream, wrapping men, wrinkled starfish, xx, xxx,
        yaoi, yiffy
        """
    ),
    "de": _words(
        """
        bonze, bratze, bumsen, dödel, fratze, ische, kimme, lümmel, milf, möpse, morgenlatte, mufti,
        nackt, nippel, onanieren, orgasmus, pimpern, pinkeln, popel, poppen, porno, reudig, rosette,
        schabracke, schiesser, schnackeln, vollpfosten
        """
    ),
    "es": _words(
        """
        asesinato, asno, caca, chupada, chupetón, concha, coprofagía, culo, drogas, esperma,
        fiesta de salchichas, haciendo el amor, heroína, idiota, imbécil, infierno, maciza,
        macizorra, maldito, martillo, nazi, orina, pedo, pervertido, pezón, pinche, pis, prostituta,
        racista, sádico, semen, sexo, sexo oral, tía buena, travesti, trio, vulva
        """
    ),
    "fr": _words(
        """
        baiser, bander, bigornette, bitte, bloblos, bordel, bosser, bourré, bourrée, caca, cailler,
        chatte, clitoris, déconne, déconner, drague, folle, gerbe, gerber, grande folle, gueule,
        jouir, malpt, ménage à trois, meuf, pédale, péter, pipi, ramoner, tanche, teuf, trique,
        tringler, veuve, zizi
        """
    ),
    "pl": _words(
        """
        burdel, burdelmama, cyc, debil, dmuchać, duperele, jajco, jajeczko, jajko, jajo, pierdzieć,
        pierdoła, rzygać, sraczka, syf
        """
    ),
    "ru": _words(
        """
        byk, gol, perdet, petuh, uboy, бардак, бугор, встать раком, голый, другой дразнится,
        играть на кожаной флейте, каждый дрочит как он хочет, как два пальца обоссать,
        какая разница, курите мою трубку, лысого в кулаке гонять, мент, на фиг, обнаженный, офигеть,
        половое сношение, секс, сиски, ты мне ваньку не валяй, фига, хапать, хер с ней, хер с ним,
        хохол, хрен
        """
    ),
}

ADDED: dict[str, frozenset[str]] = {
    "en": _words(
        """
        arse, batshit, bitching, bitchy, bugger, bullshitter, chink,
        dickhead, douche, douchebag, dyke, fag, fuckwit, horseshit, masturbated,
        masturbates, masturbating, masturbation, mother fucker, motherfucking, muther fucker,
        muthafucka, pecker, piss, prick, raped, shitting, skank, slutty,
        son of a bitch, sonofabitch, wanker, wanking, whore, whorehouse
        """
    ),
    "de": _words(
        """
        arschgeige, arschlöcher, fickt, gefickt, hurensöhne, missgeburt, scheiss, scheisse, scheiß,
        scheißt, schlampen, spast, spasti, verfickt, verfickte, verpiss dich
        """
    ),
    "es": _words("cabrones, hijos de puta, joder, pendejo, putas, puto, putos"),
    "fr": _words("bites, connards, enculés, putes, salopes, ta gueule"),
    "pl": _words("kurwo, kurwą, kurwę, jebane, pierdol, pierdolę, spierdalaj, wypierdalaj, chuje"),
    "ru": _words("блядь, бля, ебаный, ёбаный, пизда, пиздец, сука, суки, хуя, хую, нахуй"),
}
