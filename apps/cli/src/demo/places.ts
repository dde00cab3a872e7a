/** A town of a country: `#` stands for a digit to draw. */
interface Town {
  readonly city: string;
  readonly state?: string;
  readonly postalCode: string;
  readonly phone: string;
}

/** What customers of a country are like. Firms, people and streets are invented. */
export interface Country {
  readonly code: string;
  /** Of how many customers, among the weights of all. */
  readonly weight: number;
  readonly culture: string;
  readonly language: string;
  /** Form of the company number, where the country asks for one. */
  readonly registrationNumber?: 'cnpj' | { readonly digits: string };
  readonly towns: readonly [Town, ...Town[]];
  /** Where a firm lives; the number follows. */
  readonly streets: readonly [string, ...string[]];
  /** What a firm does, and whether its name comes before or after that. */
  readonly trades: readonly [string, ...string[]];
  readonly names: readonly [string, ...string[]];
  readonly order: 'trade-first' | 'name-first';
  readonly legalForms: readonly [string, ...string[]];
  readonly givenNames: readonly [string, ...string[]];
  readonly familyNames: readonly [string, ...string[]];
}

export const BRAZIL: Country = {
  code: 'BR',
  weight: 60,
  culture: 'pt-BR',
  language: 'pt',
  registrationNumber: 'cnpj',
  towns: [
    { city: 'São Paulo', state: 'SP', postalCode: '01###-###', phone: '+55 11 9####-####' },
    { city: 'Campinas', state: 'SP', postalCode: '130##-###', phone: '+55 19 9####-####' },
    { city: 'Rio de Janeiro', state: 'RJ', postalCode: '20###-###', phone: '+55 21 9####-####' },
    { city: 'Belo Horizonte', state: 'MG', postalCode: '301##-###', phone: '+55 31 9####-####' },
    { city: 'Curitiba', state: 'PR', postalCode: '800##-###', phone: '+55 41 9####-####' },
    { city: 'Porto Alegre', state: 'RS', postalCode: '900##-###', phone: '+55 51 9####-####' },
    { city: 'Florianópolis', state: 'SC', postalCode: '880##-###', phone: '+55 48 9####-####' },
    { city: 'Salvador', state: 'BA', postalCode: '400##-###', phone: '+55 71 9####-####' },
    { city: 'Recife', state: 'PE', postalCode: '500##-###', phone: '+55 81 9####-####' },
    { city: 'Fortaleza', state: 'CE', postalCode: '600##-###', phone: '+55 85 9####-####' },
    { city: 'Goiânia', state: 'GO', postalCode: '740##-###', phone: '+55 62 9####-####' },
    { city: 'Manaus', state: 'AM', postalCode: '690##-###', phone: '+55 92 9####-####' },
  ],
  streets: [
    'Rua das Acácias',
    'Avenida dos Ipês',
    'Rua do Comércio Velho',
    'Avenida Beira-Serra',
    'Rua Treze de Abril',
    'Travessa da Figueira',
    'Alameda dos Jacarandás',
  ],
  trades: [
    'Padaria',
    'Clínica',
    'Escola',
    'Transportes',
    'Farmácia',
    'Construtora',
    'Metalúrgica',
    'Papelaria',
    'Hotel',
    'Laticínios',
    'Contabilidade',
    'Autopeças',
  ],
  names: [
    'Aurora',
    'Boa Vista',
    'Serra Azul',
    'Pau-Brasil',
    'Três Rios',
    'Santa Clara',
    'Vale Verde',
    'Nova Esperança',
    'Beija-Flor',
    'Cerrado',
    'Mantiqueira',
    'Araucária',
    'Maré Alta',
    'Canto do Sabiá',
  ],
  order: 'trade-first',
  legalForms: ['Ltda.', 'S.A.', 'ME', 'EPP'],
  givenNames: ['Ana', 'João', 'Beatriz', 'Rafael', 'Camila', 'Thiago', 'Larissa', 'Caio', 'Renata'],
  familyNames: [
    'Souza',
    'Oliveira',
    'Ferraz',
    'Antunes',
    'Barreto',
    'Queiroz',
    'Nogueira',
    'Prado',
  ],
};

const PORTUGAL: Country = {
  code: 'PT',
  weight: 15,
  culture: 'pt-PT',
  language: 'pt',
  towns: [
    { city: 'Lisboa', postalCode: '11##-###', phone: '+351 21# ### ###' },
    { city: 'Porto', postalCode: '40##-###', phone: '+351 22# ### ###' },
    { city: 'Braga', postalCode: '47##-###', phone: '+351 253 ### ###' },
    { city: 'Coimbra', postalCode: '30##-###', phone: '+351 239 ### ###' },
    { city: 'Faro', postalCode: '80##-###', phone: '+351 289 ### ###' },
  ],
  streets: ['Rua da Oliveira', 'Largo do Chafariz', 'Avenida da Ribeira Nova', 'Rua dos Moinhos'],
  trades: ['Pastelaria', 'Conservas', 'Gráfica', 'Ótica', 'Cerâmicas', 'Colégio', 'Imobiliária'],
  names: ['Alfazema', 'Monte Claro', 'Ria Formosa', 'Penedo', 'Azenha', 'Cais Novo', 'Sobreiro'],
  order: 'trade-first',
  legalForms: ['Lda.', 'S.A.', 'Unipessoal Lda.'],
  givenNames: ['Inês', 'Duarte', 'Matilde', 'Tiago', 'Leonor', 'Vasco'],
  familyNames: ['Tavares', 'Figueiredo', 'Sequeira', 'Pacheco', 'Vilhena'],
};

const SPAIN: Country = {
  code: 'ES',
  weight: 7,
  culture: 'es-ES',
  language: 'es',
  towns: [
    { city: 'Madrid', postalCode: '280##', phone: '+34 91 ### ## ##' },
    { city: 'Vigo', state: 'Pontevedra', postalCode: '362##', phone: '+34 986 ### ###' },
    { city: 'Sevilla', postalCode: '410##', phone: '+34 95 ### ## ##' },
  ],
  streets: ['Calle del Olivo', 'Avenida de los Almendros', 'Plaza del Mercado Viejo'],
  trades: ['Bodegas', 'Talleres', 'Editorial', 'Clínica', 'Transportes'],
  names: ['Río Seco', 'Peñablanca', 'Alcornoque', 'La Solana', 'Montemar'],
  order: 'trade-first',
  legalForms: ['S.L.', 'S.A.'],
  givenNames: ['Lucía', 'Álvaro', 'Carmen', 'Javier'],
  familyNames: ['Ibáñez', 'Crespo', 'Lozano', 'Rueda'],
};

const UNITED_STATES: Country = {
  code: 'US',
  weight: 6,
  culture: 'en-US',
  language: 'en',
  towns: [
    { city: 'Austin', state: 'TX', postalCode: '787##', phone: '+1 512 555 01##' },
    { city: 'Portland', state: 'OR', postalCode: '972##', phone: '+1 503 555 01##' },
    { city: 'Columbus', state: 'OH', postalCode: '432##', phone: '+1 614 555 01##' },
  ],
  streets: ['Sycamore Street', 'Old Mill Road', 'Lakeview Avenue'],
  trades: ['Dental', 'Logistics', 'Brewing', 'Hardware', 'Legal'],
  names: ['Bluebonnet', 'Cedar Hollow', 'Stonebridge', 'Wren & Vale', 'Copperline'],
  order: 'name-first',
  legalForms: ['LLC', 'Inc.'],
  givenNames: ['Grace', 'Marcus', 'Hannah', 'Owen'],
  familyNames: ['Whitfield', 'Ramsey', 'Okafor', 'Lindqvist'],
};

const GERMANY: Country = {
  code: 'DE',
  weight: 5,
  culture: 'de-DE',
  language: 'de',
  towns: [
    { city: 'Hamburg', postalCode: '20###', phone: '+49 40 #######' },
    { city: 'Leipzig', postalCode: '041##', phone: '+49 341 ######' },
  ],
  streets: ['Lindenweg', 'Mühlenstraße', 'Am Alten Hafen'],
  trades: ['Maschinenbau', 'Druckerei', 'Feinkost', 'Spedition'],
  names: ['Nordlicht', 'Eichental', 'Bergmann & Töchter', 'Silbersee'],
  order: 'name-first',
  legalForms: ['GmbH', 'KG'],
  givenNames: ['Katharina', 'Jonas', 'Miriam', 'Felix'],
  familyNames: ['Brandt', 'Voss', 'Hartwig', 'Seidel'],
};

const SOUTH_AFRICA: Country = {
  code: 'ZA',
  weight: 4,
  culture: 'en-ZA',
  language: 'en',
  registrationNumber: { digits: '201#/######/07' },
  towns: [
    { city: 'Cape Town', state: 'Western Cape', postalCode: '80##', phone: '+27 21 ### ####' },
    { city: 'Durban', state: 'KwaZulu-Natal', postalCode: '40##', phone: '+27 31 ### ####' },
  ],
  streets: ['Protea Road', 'Harbour View Drive', 'Quarry Lane'],
  trades: ['Vineyards', 'Freight', 'Interiors', 'Academy'],
  names: ['Fynbos', 'Table Ridge', 'Baobab', 'Two Oceans'],
  order: 'name-first',
  legalForms: ['(Pty) Ltd'],
  givenNames: ['Thandi', 'Pieter', 'Naledi', 'Sipho'],
  familyNames: ['Dlamini', 'van Rooyen', 'Mokoena', 'Naidoo'],
};

const INDIA: Country = {
  code: 'IN',
  weight: 3,
  culture: 'en-IN',
  language: 'en',
  registrationNumber: { digits: 'U72200KA201#PTC######' },
  towns: [
    { city: 'Bengaluru', state: 'Karnataka', postalCode: '5600##', phone: '+91 80 #### ####' },
    { city: 'Pune', state: 'Maharashtra', postalCode: '4110##', phone: '+91 20 #### ####' },
  ],
  streets: ['Banyan Road', 'Lotus Garden Street', 'Old Fort Lane'],
  trades: ['Textiles', 'Diagnostics', 'Exports', 'Learning'],
  names: ['Saptarang', 'Monsoon', 'Neelkamal Hills', 'Chandan'],
  order: 'name-first',
  legalForms: ['Private Limited'],
  givenNames: ['Ananya', 'Rohan', 'Meera', 'Vikram'],
  familyNames: ['Kulkarni', 'Iyer', 'Deshpande', 'Bhat'],
};

export const COUNTRIES: readonly [Country, ...Country[]] = [
  BRAZIL,
  PORTUGAL,
  SPAIN,
  UNITED_STATES,
  GERMANY,
  SOUTH_AFRICA,
  INDIA,
];

/** First and second parts of resellers' names: each pair is one name, and no two resellers have the same. */
export const RESELLER_NAMES = {
  first: [
    'Ipê',
    'Nuvem Alta',
    'Jequitibá',
    'Farol',
    'Rio Claro',
    'Pampa',
    'Litoral',
    'Cumeeira',
    'Mangaba',
    'Altiplano',
  ],
  second: ['Tecnologia', 'Sistemas', 'Soluções em Nuvem', 'Informática', 'Serviços Digitais'],
} as const;
