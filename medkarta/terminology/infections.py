"""Against which infections a vaccination is, told from the words that name it or its diseases.

Clinics code vaccines by several dictionaries, or not at all, but each name of a vaccine and each
disease in Russian says what it is against; a foreign code has a Russian name in our seeds first.
"""

import re
from collections.abc import Iterable
from enum import StrEnum


class Infection(StrEnum):
    """Infections that vaccinations are grouped by, in the order of the national calendar."""

    TUBERCULOSIS = "tuberculosis"
    HEPATITIS_B = "hepatitis-b"
    PNEUMOCOCCUS = "pneumococcus"
    DIPHTHERIA = "diphtheria"
    TETANUS = "tetanus"
    PERTUSSIS = "pertussis"
    POLIO = "polio"
    HIB = "hib"
    MEASLES = "measles"
    RUBELLA = "rubella"
    MUMPS = "mumps"
    INFLUENZA = "influenza"
    COVID = "covid-19"
    ROTAVIRUS = "rotavirus"
    MENINGOCOCCUS = "meningococcus"
    VARICELLA = "varicella"
    SHINGLES = "shingles"
    HPV = "hpv"
    HEPATITIS_A = "hepatitis-a"
    TICK_ENCEPHALITIS = "tick-borne-encephalitis"
    RABIES = "rabies"
    TYPHOID = "typhoid"
    TULAREMIA = "tularemia"
    YELLOW_FEVER = "yellow-fever"


# «АКДС», «АДС-М», «БЦЖ», «ККП» are what doctors write; hepatitis has its letter in two scripts.
_WORDS = {
    Infection.TUBERCULOSIS: r"туберкул[её]|\bбцж",
    Infection.HEPATITIS_B: r"гепатит\w*\s+[bв]\b|гепатит\w*\s+[aа]\s+и\s+[bв]\b|\bвгв\b",
    Infection.PNEUMOCOCCUS: r"пневмокок|превенар",
    Infection.DIPHTHERIA: r"дифтер|\bадс\b|\bа?акдс\b",
    Infection.TETANUS: r"столбня|\bадс\b|\bа?акдс\b",
    Infection.PERTUSSIS: r"коклюш|\bа?акдс\b",
    Infection.POLIO: r"полиомиелит",
    Infection.HIB: r"гемофил|haemophilus",
    Infection.MEASLES: r"\bкор[ьи]\b|корев|\bккп\b",
    Infection.RUBELLA: r"краснух|краснуш|\bккп\b",
    Infection.MUMPS: r"паротит|\bккп\b",
    Infection.INFLUENZA: r"(?<!птичьего )(?<!птичий )грипп",
    Infection.COVID: r"covid|sars-cov|коронавирус|гам-ковид",
    Infection.ROTAVIRUS: r"ротавирус",
    Infection.MENINGOCOCCUS: r"менингокок",
    Infection.VARICELLA: r"ветрян",
    Infection.SHINGLES: r"опоясыв",
    Infection.HPV: r"папиллом",
    Infection.HEPATITIS_A: r"гепатит\w*\s+[aа]\b",
    Infection.TICK_ENCEPHALITIS: r"клещев\w*\s+(?:вирусн\w*\s+)?энцефалит|энцефалит\w*\s+клещев",
    Infection.RABIES: r"бешенств|антирабич",
    Infection.TYPHOID: r"брюшн\w+\s*тиф|брюшнотиф",
    Infection.TULAREMIA: r"туляр",
    Infection.YELLOW_FEVER: r"ж[её]лт\w+\s+лихорад",
}
_PATTERNS = {infection: re.compile(words, re.IGNORECASE) for infection, words in _WORDS.items()}
# A skin test names the disease too, and protects against nothing.
_TEST = re.compile(r"аллерген|диаскин|туберкулин|манту", re.IGNORECASE)

# The protein that a polysaccharide is tied to is made of another toxoid, and is not what it is for.
_CARRIER = re.compile(r"конъюгированн\w*\s+со?\s[^;]*", re.IGNORECASE)


def infections_of(words: Iterable[str]) -> tuple[Infection, ...]:
    """Infections named by any of these texts, in the order of the calendar; empty: not known."""
    text = _CARRIER.sub("", " ; ".join(words))
    if _TEST.search(text):
        return ()
    return tuple(one for one, pattern in _PATTERNS.items() if pattern.search(text))
