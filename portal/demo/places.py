"""The country around Utrecht: real towns and four-digit postcodes, and invented streets.

Postcodes, towns and the points in their middle (degrees, three decimals) are facts. Which streets
lie there is invented: names that nearly every Dutch town has.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

METRES_PER_DEGREE = 111_320
NEVER_GIVEN_OUT = ("SA", "SD", "SS")  # letters that no Dutch postcode has
LETTERS = "ABCDEFGHJKLMNPRSTVWXZ"
REACH_M = 700  # invented addresses lie within this distance of a postcode's middle


@dataclass(frozen=True)
class Quarter:
    """The part of a town that shares four digits, with its middle in degrees."""

    pc4: str
    town: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Spot:
    """An invented address at a point within a quarter."""

    street: str
    house_number: str
    postcode: str
    town: str
    lat: float
    lon: float


def _quarters(table: str) -> tuple[Quarter, ...]:
    rows = (line.split(maxsplit=3) for line in table.strip().splitlines())
    return tuple(Quarter(pc4, town, float(lat), float(lon)) for pc4, lat, lon, town in rows)


AREAS: dict[str, tuple[Quarter, ...]] = {
    "Utrecht-stad": _quarters(
        """
        3511 52.088 5.116 Utrecht
        3512 52.091 5.124 Utrecht
        3514 52.100 5.122 Utrecht
        3522 52.073 5.115 Utrecht
        3523 52.072 5.125 Utrecht
        3524 52.062 5.137 Utrecht
        3526 52.065 5.103 Utrecht
        3527 52.078 5.095 Utrecht
        3531 52.090 5.096 Utrecht
        3532 52.095 5.092 Utrecht
        3551 52.101 5.098 Utrecht
        3554 52.114 5.093 Utrecht
        3561 52.113 5.124 Utrecht
        3563 52.118 5.098 Utrecht
        3571 52.108 5.132 Utrecht
        3572 52.099 5.135 Utrecht
        3581 52.090 5.135 Utrecht
        3582 52.079 5.133 Utrecht
        3584 52.086 5.168 Utrecht
        """
    ),
    "Utrecht-west": _quarters(
        """
        3417 52.043 4.956 Montfoort
        3441 52.086 4.885 Woerden
        3443 52.092 4.848 Woerden
        3446 52.084 4.915 Woerden
        3448 52.074 4.867 Woerden
        3451 52.104 5.009 Vleuten
        3452 52.094 5.008 Vleuten
        3453 52.081 5.015 De Meern
        3454 52.077 5.031 De Meern
        3461 52.062 4.916 Linschoten
        3481 52.095 4.964 Harmelen
        3541 52.093 5.070 Utrecht
        3543 52.109 5.040 Utrecht
        3544 52.092 5.052 Utrecht
        """
    ),
    "Vechtstreek": _quarters(
        """
        3601 52.152 5.044 Maarssen
        3602 52.139 5.073 Maarssen
        3605 52.137 5.027 Maarssen
        3607 52.135 5.018 Maarssen
        3608 52.124 5.030 Maarssen
        3612 52.159 5.086 Tienhoven
        3621 52.168 4.999 Breukelen
        3628 52.152 4.950 Kockengen
        3632 52.222 5.018 Loenen aan de Vecht
        3737 52.130 5.158 Groenekan
        3738 52.157 5.176 Maartensdijk
        """
    ),
    "Zuid": _quarters(
        """
        3401 52.024 5.036 IJsselstein
        3402 52.039 5.035 IJsselstein
        3404 52.010 5.040 IJsselstein
        3431 52.033 5.084 Nieuwegein
        3432 52.021 5.088 Nieuwegein
        3433 52.013 5.109 Nieuwegein
        3434 52.008 5.083 Nieuwegein
        3437 52.049 5.074 Nieuwegein
        3438 52.049 5.092 Nieuwegein
        3991 52.020 5.161 Houten
        3992 52.040 5.143 Houten
        3994 52.026 5.187 Houten
        4131 51.974 5.097 Vianen
        4133 51.974 5.073 Vianen
        """
    ),
    "Heuvelrug": _quarters(
        """
        3702 52.089 5.236 Zeist
        3704 52.085 5.212 Zeist
        3705 52.100 5.239 Zeist
        3708 52.078 5.259 Zeist
        3721 52.120 5.191 Bilthoven
        3723 52.149 5.209 Bilthoven
        3731 52.104 5.170 De Bilt
        3732 52.105 5.201 De Bilt
        3941 52.037 5.343 Doorn
        3961 51.971 5.307 Wijk bij Duurstede
        3971 52.067 5.296 Driebergen-Rijsenburg
        3972 52.036 5.278 Driebergen-Rijsenburg
        3981 52.061 5.185 Bunnik
        3984 52.046 5.221 Odijk
        """
    ),
}

# Outside every region: what comes from here waits for the desk, like a new housing estate would.
ELSEWHERE = (
    Quarter("3769", "Soesterberg", 52.122, 5.306),
    Quarter("3832", "Leusden", 52.113, 5.381),
)

STREETS = (
    "Dorpsstraat", "Kerkstraat", "Molenweg", "Schoolstraat", "Beukenlaan", "Lindelaan",
    "Eikenlaan", "Kastanjelaan", "Berkenlaan", "Iepenlaan", "Esdoornstraat", "Meidoornlaan",
    "Tulpstraat", "Rozenstraat", "Anjerstraat", "Irisstraat", "Lelieplein", "Merelstraat",
    "Vinkenlaan", "Zwaluwstraat", "Spechtlaan", "Leeuwerikstraat", "Reigerlaan", "Parkweg",
    "Stationsweg", "Nieuwstraat", "Havenstraat", "Bakkerstraat", "Smidsstraat", "Weversplein",
    "Korenmolenlaan", "Wilgenlaan", "Populierenlaan", "Hazelaarstraat", "Klaverweide", "Rietveld",
    "Boterbloemstraat", "Waterlelie", "Zonnebloemlaan", "Maanstraat", "Poolsterlaan", "Eemstraat",
    "Waalstraat", "Lekstraat", "Maasplein", "Bosrand", "Heidelaan", "Vijverhof", "Tuinstraat",
    "Hoogstraat", "Singelpad", "Veldweg", "Boomgaard", "Notenhof", "Perenlaan", "Appelgaarde",
)  # fmt: skip


def spot_in(quarter: Quarter, rng: random.Random) -> Spot:
    """Return an invented address; a street keeps its letters and its part of the quarter."""
    street = rng.choice(_streets_of(quarter))
    house_number = rng.randrange(1, 140)
    own = random.Random(f"{quarter.pc4}{street}")
    lat, lon = _point(quarter, own, 0.7 * REACH_M)
    along = (house_number / 140 - 0.5) * 0.6 * REACH_M  # the street runs some way from its middle
    turn = own.uniform(0, 2 * math.pi)
    lat, lon = _moved(lat, lon, along * math.sin(turn), along * math.cos(turn))
    return Spot(
        street=street,
        house_number=str(house_number),
        postcode=quarter.pc4 + _letters(own, side=house_number % 2),
        town=quarter.town,
        lat=round(lat, 5),
        lon=round(lon, 5),
    )


def _streets_of(quarter: Quarter) -> list[str]:
    return random.Random(quarter.pc4).sample(STREETS, 6)


def _point(quarter: Quarter, rng: random.Random, reach_m: float) -> tuple[float, float]:
    distance = reach_m * math.sqrt(rng.random())
    angle = rng.uniform(0, 2 * math.pi)
    return _moved(quarter.lat, quarter.lon, distance * math.sin(angle), distance * math.cos(angle))


def _moved(lat: float, lon: float, north_m: float, east_m: float) -> tuple[float, float]:
    width = METRES_PER_DEGREE * math.cos(math.radians(lat))
    return lat + north_m / METRES_PER_DEGREE, lon + east_m / width


def _letters(rng: random.Random, side: int) -> str:
    """Return the letters of the street's even or odd side."""
    pairs = [a + b for a in LETTERS for b in LETTERS if a + b not in NEVER_GIVEN_OUT]
    return rng.sample(pairs, 2)[side]
