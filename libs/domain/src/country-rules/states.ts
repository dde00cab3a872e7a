/**
 * States, provinces and the like of countries whose addresses name them: code (ISO 3166-2, without the
 * country) and name, one a line. Source: ISO 3166-2; names as the standard writes them, but for China
 * without the word for the kind of division, and for the United Arab Emirates as they are known abroad.
 */
export const STATES: Readonly<Record<string, string>> = {
  AE: `
AJ Ajman
AZ Abu Dhabi
DU Dubai
FU Fujairah
RK Ras al-Khaimah
SH Sharjah
UQ Umm al-Quwain`,
  BR: `
AC Acre
AL Alagoas
AM Amazonas
AP Amapá
BA Bahia
CE Ceará
DF Distrito Federal
ES Espírito Santo
GO Goiás
MA Maranhão
MG Minas Gerais
MS Mato Grosso do Sul
MT Mato Grosso
PA Pará
PB Paraíba
PE Pernambuco
PI Piauí
PR Paraná
RJ Rio de Janeiro
RN Rio Grande do Norte
RO Rondônia
RR Roraima
RS Rio Grande do Sul
SC Santa Catarina
SE Sergipe
SP São Paulo
TO Tocantins`,
  CA: `
AB Alberta
BC British Columbia
MB Manitoba
NB New Brunswick
NL Newfoundland and Labrador
NS Nova Scotia
NT Northwest Territories
NU Nunavut
ON Ontario
PE Prince Edward Island
QC Quebec
SK Saskatchewan
YT Yukon`,
  CN: `
AH Anhui
BJ Beijing
CQ Chongqing
FJ Fujian
GD Guangdong
GS Gansu
GX Guangxi Zhuangzu
GZ Guizhou
HA Henan
HB Hubei
HE Hebei
HI Hainan
HK Hong Kong
HL Heilongjiang
HN Hunan
JL Jilin
JS Jiangsu
JX Jiangxi
LN Liaoning
MO Macao
NM Nei Mongol
NX Ningxia Huizu
QH Qinghai
SC Sichuan
SD Shandong
SH Shanghai
SN Shaanxi
SX Shanxi
TJ Tianjin
TW Taiwan
XJ Xinjiang Uygur
XZ Xizang
YN Yunnan
ZJ Zhejiang`,
  DE: `
BB Brandenburg
BE Berlin
BW Baden-Württemberg
BY Bayern
HB Bremen
HE Hessen
HH Hamburg
MV Mecklenburg-Vorpommern
NI Niedersachsen
NW Nordrhein-Westfalen
RP Rheinland-Pfalz
SH Schleswig-Holstein
SL Saarland
SN Sachsen
ST Sachsen-Anhalt
TH Thüringen`,
  ES: `
A Alicante
AB Albacete
AL Almería
AN Andalucía
AR Aragón
AS Asturias, Principado de
AV Ávila
B Barcelona
BA Badajoz
BI Bizkaia
BU Burgos
C A Coruña
CA Cádiz
CB Cantabria
CC Cáceres
CE Ceuta
CL Castilla y León
CM Castilla-La Mancha
CN Canarias
CO Córdoba
CR Ciudad Real
CS Castellón
CT Catalunya
CU Cuenca
EX Extremadura
GA Galicia
GC Las Palmas
GI Girona
GR Granada
GU Guadalajara
H Huelva
HU Huesca
IB Illes Balears
J Jaén
L Lleida
LE León
LO La Rioja
LU Lugo
M Madrid
MA Málaga
MC Murcia, Región de
MD Madrid, Comunidad de
ML Melilla
MU Murcia
NA Navarra
NC Navarra, Comunidad Foral de
O Asturias
OR Ourense
P Palencia
PM Illes Balears
PO Pontevedra
PV País Vasco
RI La Rioja
S Cantabria
SA Salamanca
SE Sevilla
SG Segovia
SO Soria
SS Gipuzkoa
T Tarragona
TE Teruel
TF Santa Cruz de Tenerife
TO Toledo
V Valencia
VA Valladolid
VC Valenciana, Comunidad
VI Álava
Z Zaragoza
ZA Zamora`,
  FR: `
01 Ain
02 Aisne
03 Allier
04 Alpes-de-Haute-Provence
05 Hautes-Alpes
06 Alpes-Maritimes
07 Ardèche
08 Ardennes
09 Ariège
10 Aube
11 Aude
12 Aveyron
13 Bouches-du-Rhône
14 Calvados
15 Cantal
16 Charente
17 Charente-Maritime
18 Cher
19 Corrèze
20R Corse
21 Côte-d'Or
22 Côtes-d'Armor
23 Creuse
24 Dordogne
25 Doubs
26 Drôme
27 Eure
28 Eure-et-Loir
29 Finistère
2A Corse-du-Sud
2B Haute-Corse
30 Gard
31 Haute-Garonne
32 Gers
33 Gironde
34 Hérault
35 Ille-et-Vilaine
36 Indre
37 Indre-et-Loire
38 Isère
39 Jura
40 Landes
41 Loir-et-Cher
42 Loire
43 Haute-Loire
44 Loire-Atlantique
45 Loiret
46 Lot
47 Lot-et-Garonne
48 Lozère
49 Maine-et-Loire
50 Manche
51 Marne
52 Haute-Marne
53 Mayenne
54 Meurthe-et-Moselle
55 Meuse
56 Morbihan
57 Moselle
58 Nièvre
59 Nord
60 Oise
61 Orne
62 Pas-de-Calais
63 Puy-de-Dôme
64 Pyrénées-Atlantiques
65 Hautes-Pyrénées
66 Pyrénées-Orientales
67 Bas-Rhin
68 Haut-Rhin
69 Rhône
69M Métropole de Lyon
6AE Alsace
70 Haute-Saône
71 Saône-et-Loire
72 Sarthe
73 Savoie
74 Haute-Savoie
75C Paris
76 Seine-Maritime
77 Seine-et-Marne
78 Yvelines
79 Deux-Sèvres
80 Somme
81 Tarn
82 Tarn-et-Garonne
83 Var
84 Vaucluse
85 Vendée
86 Vienne
87 Haute-Vienne
88 Vosges
89 Yonne
90 Territoire de Belfort
91 Essonne
92 Hauts-de-Seine
93 Seine-Saint-Denis
94 Val-de-Marne
95 Val-d'Oise
971 Guadeloupe
972 Martinique
973 Guyane (française)
974 La Réunion
976 Mayotte
ARA Auvergne-Rhône-Alpes
BFC Bourgogne-Franche-Comté
BL Saint-Barthélemy
BRE Bretagne
CP Clipperton
CVL Centre-Val de Loire
GES Grand Est
HDF Hauts-de-France
IDF Île-de-France
MF Saint-Martin
NAQ Nouvelle-Aquitaine
NC Nouvelle-Calédonie
NOR Normandie
OCC Occitanie
PAC Provence-Alpes-Côte-d’Azur
PDL Pays-de-la-Loire
PF Polynésie française
PM Saint-Pierre-et-Miquelon
TF Terres australes françaises
WF Wallis-et-Futuna`,
  GB: `
ABC Armagh City, Banbridge and Craigavon
ABD Aberdeenshire
ABE Aberdeen City
AGB Argyll and Bute
AGY Isle of Anglesey
AND Ards and North Down
ANN Antrim and Newtownabbey
ANS Angus
BAS Bath and North East Somerset
BBD Blackburn with Darwen
BCP Bournemouth, Christchurch and Poole
BDF Bedford
BDG Barking and Dagenham
BEN Brent
BEX Bexley
BFS Belfast City
BGE Bridgend
BGW Blaenau Gwent
BIR Birmingham
BKM Buckinghamshire
BNE Barnet
BNH Brighton and Hove
BNS Barnsley
BOL Bolton
BPL Blackpool
BRC Bracknell Forest
BRD Bradford
BRY Bromley
BST Bristol, City of
BUR Bury
CAM Cambridgeshire
CAY Caerphilly
CBF Central Bedfordshire
CCG Causeway Coast and Glens
CGN Ceredigion
CHE Cheshire East
CHW Cheshire West and Chester
CLD Calderdale
CLK Clackmannanshire
CMA Cumbria
CMD Camden
CMN Carmarthenshire
CON Cornwall
COV Coventry
CRF Cardiff
CRY Croydon
CWY Conwy
DAL Darlington
DBY Derbyshire
DEN Denbighshire
DER Derby
DEV Devon
DGY Dumfries and Galloway
DNC Doncaster
DND Dundee City
DOR Dorset
DRS Derry and Strabane
DUD Dudley
DUR Durham, County
EAL Ealing
EAW England and Wales
EAY East Ayrshire
EDH Edinburgh, City of
EDU East Dunbartonshire
ELN East Lothian
ELS Eilean Siar
ENF Enfield
ENG England
ERW East Renfrewshire
ERY East Riding of Yorkshire
ESS Essex
ESX East Sussex
FAL Falkirk
FIF Fife
FLN Flintshire
FMO Fermanagh and Omagh
GAT Gateshead
GBN Great Britain
GLG Glasgow City
GLS Gloucestershire
GRE Greenwich
GWN Gwynedd
HAL Halton
HAM Hampshire
HAV Havering
HCK Hackney
HEF Herefordshire
HIL Hillingdon
HLD Highland
HMF Hammersmith and Fulham
HNS Hounslow
HPL Hartlepool
HRT Hertfordshire
HRW Harrow
HRY Haringey
IOS Isles of Scilly
IOW Isle of Wight
ISL Islington
IVC Inverclyde
KEC Kensington and Chelsea
KEN Kent
KHL Kingston upon Hull
KIR Kirklees
KTT Kingston upon Thames
KWL Knowsley
LAN Lancashire
LBC Lisburn and Castlereagh
LBH Lambeth
LCE Leicester
LDS Leeds
LEC Leicestershire
LEW Lewisham
LIN Lincolnshire
LIV Liverpool
LND London, City of
LUT Luton
MAN Manchester
MDB Middlesbrough
MDW Medway
MEA Mid and East Antrim
MIK Milton Keynes
MLN Midlothian
MON Monmouthshire
MRT Merton
MRY Moray
MTY Merthyr Tydfil
MUL Mid-Ulster
NAY North Ayrshire
NBL Northumberland
NEL North East Lincolnshire
NET Newcastle upon Tyne
NFK Norfolk
NGM Nottingham
NIR Northern Ireland
NLK North Lanarkshire
NLN North Lincolnshire
NMD Newry, Mourne and Down
NNH North Northamptonshire
NSM North Somerset
NTL Neath Port Talbot
NTT Nottinghamshire
NTY North Tyneside
NWM Newham
NWP Newport
NYK North Yorkshire
OLD Oldham
ORK Orkney Islands
OXF Oxfordshire
PEM Pembrokeshire
PKN Perth and Kinross
PLY Plymouth
POR Portsmouth
POW Powys
PTE Peterborough
RCC Redcar and Cleveland
RCH Rochdale
RCT Rhondda Cynon Taff
RDB Redbridge
RDG Reading
RFW Renfrewshire
RIC Richmond upon Thames
ROT Rotherham
RUT Rutland
SAW Sandwell
SAY South Ayrshire
SCB Scottish Borders
SCT Scotland
SFK Suffolk
SFT Sefton
SGC South Gloucestershire
SHF Sheffield
SHN St. Helens
SHR Shropshire
SKP Stockport
SLF Salford
SLG Slough
SLK South Lanarkshire
SND Sunderland
SOL Solihull
SOM Somerset
SOS Southend-on-Sea
SRY Surrey
STE Stoke-on-Trent
STG Stirling
STH Southampton
STN Sutton
STS Staffordshire
STT Stockton-on-Tees
STY South Tyneside
SWA Swansea
SWD Swindon
SWK Southwark
TAM Tameside
TFW Telford and Wrekin
THR Thurrock
TOB Torbay
TOF Torfaen
TRF Trafford
TWH Tower Hamlets
UKM United Kingdom
VGL Vale of Glamorgan, The
WAR Warwickshire
WBK West Berkshire
WDU West Dunbartonshire
WFT Waltham Forest
WGN Wigan
WIL Wiltshire
WKF Wakefield
WLL Walsall
WLN West Lothian
WLS Wales
WLV Wolverhampton
WND Wandsworth
WNH West Northamptonshire
WNM Windsor and Maidenhead
WOK Wokingham
WOR Worcestershire
WRL Wirral
WRT Warrington
WRX Wrexham
WSM Westminster
WSX West Sussex
YOR York
ZET Shetland Islands`,
  IN: `
AN Andaman and Nicobar Islands
AP Andhra Pradesh
AR Arunāchal Pradesh
AS Assam
BR Bihār
CG Chhattīsgarh
CH Chandigarh
DH Dādra and Nagar Haveli and Damān and Diu
DL Delhi
GA Goa
GJ Gujarāt
HP Himāchal Pradesh
HR Haryāna
JH Jhārkhand
JK Jammu and Kashmīr
KA Karnātaka
KL Kerala
LA Ladākh
LD Lakshadweep
MH Mahārāshtra
ML Meghālaya
MN Manipur
MP Madhya Pradesh
MZ Mizoram
NL Nāgāland
OD Odisha
PB Punjab
PY Puducherry (Pondicherry)
RJ Rājasthān
SK Sikkim
TN Tamil Nādu
TR Tripura
TS Telangāna
UK Uttarākhand
UP Uttar Pradesh
WB West Bengal`,
  MX: `
AGU Aguascalientes
BCN Baja California
BCS Baja California Sur
CAM Campeche
CHH Chihuahua
CHP Chiapas
CMX Ciudad de México
COA Coahuila de Zaragoza
COL Colima
DUR Durango
GRO Guerrero
GUA Guanajuato
HID Hidalgo
JAL Jalisco
MEX México
MIC Michoacán de Ocampo
MOR Morelos
NAY Nayarit
NLE Nuevo León
OAX Oaxaca
PUE Puebla
QUE Querétaro
ROO Quintana Roo
SIN Sinaloa
SLP San Luis Potosí
SON Sonora
TAB Tabasco
TAM Tamaulipas
TLA Tlaxcala
VER Veracruz de Ignacio de la Llave
YUC Yucatán
ZAC Zacatecas`,
  PL: `
02 Dolnośląskie
04 Kujawsko-Pomorskie
06 Lubelskie
08 Lubuskie
10 Łódzkie
12 Małopolskie
14 Mazowieckie
16 Opolskie
18 Podkarpackie
20 Podlaskie
22 Pomorskie
24 Śląskie
26 Świętokrzyskie
28 Warmińsko-Mazurskie
30 Wielkopolskie
32 Zachodniopomorskie`,
  PT: `
01 Aveiro
02 Beja
03 Braga
04 Bragança
05 Castelo Branco
06 Coimbra
07 Évora
08 Faro
09 Guarda
10 Leiria
11 Lisboa
12 Portalegre
13 Porto
14 Santarém
15 Setúbal
16 Viana do Castelo
17 Vila Real
18 Viseu
20 Região Autónoma dos Açores
30 Região Autónoma da Madeira`,
  TR: `
01 Adana
02 Adıyaman
03 Afyonkarahisar
04 Ağrı
05 Amasya
06 Ankara
07 Antalya
08 Artvin
09 Aydın
10 Balıkesir
11 Bilecik
12 Bingöl
13 Bitlis
14 Bolu
15 Burdur
16 Bursa
17 Çanakkale
18 Çankırı
19 Çorum
20 Denizli
21 Diyarbakır
22 Edirne
23 Elazığ
24 Erzincan
25 Erzurum
26 Eskişehir
27 Gaziantep
28 Giresun
29 Gümüşhane
30 Hakkâri
31 Hatay
32 Isparta
33 Mersin
34 İstanbul
35 İzmir
36 Kars
37 Kastamonu
38 Kayseri
39 Kırklareli
40 Kırşehir
41 Kocaeli
42 Konya
43 Kütahya
44 Malatya
45 Manisa
46 Kahramanmaraş
47 Mardin
48 Muğla
49 Muş
50 Nevşehir
51 Niğde
52 Ordu
53 Rize
54 Sakarya
55 Samsun
56 Siirt
57 Sinop
58 Sivas
59 Tekirdağ
60 Tokat
61 Trabzon
62 Tunceli
63 Şanlıurfa
64 Uşak
65 Van
66 Yozgat
67 Zonguldak
68 Aksaray
69 Bayburt
70 Karaman
71 Kırıkkale
72 Batman
73 Şırnak
74 Bartın
75 Ardahan
76 Iğdır
77 Yalova
78 Karabük
79 Kilis
80 Osmaniye
81 Düzce`,
  US: `
AK Alaska
AL Alabama
AR Arkansas
AS American Samoa
AZ Arizona
CA California
CO Colorado
CT Connecticut
DC District of Columbia
DE Delaware
FL Florida
GA Georgia
GU Guam
HI Hawaii
IA Iowa
ID Idaho
IL Illinois
IN Indiana
KS Kansas
KY Kentucky
LA Louisiana
MA Massachusetts
MD Maryland
ME Maine
MI Michigan
MN Minnesota
MO Missouri
MP Northern Mariana Islands
MS Mississippi
MT Montana
NC North Carolina
ND North Dakota
NE Nebraska
NH New Hampshire
NJ New Jersey
NM New Mexico
NV Nevada
NY New York
OH Ohio
OK Oklahoma
OR Oregon
PA Pennsylvania
PR Puerto Rico
RI Rhode Island
SC South Carolina
SD South Dakota
TN Tennessee
TX Texas
UM United States Minor Outlying Islands
UT Utah
VA Virginia
VI United States Virgin Islands
VT Vermont
WA Washington
WI Wisconsin
WV West Virginia
WY Wyoming`,
  ZA: `
EC Eastern Cape
FS Free State
GP Gauteng
KZN KwaZulu-Natal
LP Limpopo
MP Mpumalanga
NC Northern Cape
NW North-West
WC Western Cape`,
};
