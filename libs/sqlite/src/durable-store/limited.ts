/**
 * A limit that is a parameter, for a statement that is prepared once. SQLite looks into a bare `LIMIT ?` while it plans,
 * and so plans anew at each execution, which costs more than most reads do; into an expression it does not look.
 */
export const LIMITED = 'LIMIT ? + 0';
