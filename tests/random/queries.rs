//! Queries, views and functions.

use super::Random;
use super::conditions::Operand;

impl Random<'_> {
    pub fn create_view(&mut self) -> String {
        let query = self.query();
        if self.chance(20)
            && let Some(view) = self.any(&self.catalog.views)
        {
            let name = self.qualified(&view.name);
            // A view that reads from itself can't be read from.
            let quoted = view.name.name.replace('"', "\"\"").to_lowercase();
            if !query.to_lowercase().contains(&quoted) {
                return format!("CREATE OR REPLACE VIEW {name} AS {query}");
            }
        }
        let name = self.new_name();
        let columns = if self.chance(10) {
            let first = self.name();
            format!(" ({})", self.quoted(&first))
        } else {
            String::new()
        };
        match self.below(6) {
            0 => {
                let data = self.one_of(&["", " WITH NO DATA"]);
                format!("CREATE MATERIALIZED VIEW {name}{columns} AS {query}{data}")
            }
            1 => format!("CREATE VIEW {name}{columns} WITH (security_barrier) AS {query}"),
            _ => format!("CREATE VIEW {name}{columns} AS {query}"),
        }
    }

    /// A query on what is there.
    pub fn query(&mut self) -> String {
        match self.below(14) {
            0 => {
                let word = self.one_of(&["UNION", "UNION ALL", "INTERSECT", "EXCEPT"]);
                let (one, two) = (self.select(), self.select());
                format!("{one} {word} {two}")
            }
            1 => {
                let inner = self.select();
                format!("WITH x AS ({inner}) SELECT * FROM x")
            }
            2 => {
                let inner = self.select();
                format!("SELECT q.*, 1 AS one FROM ({inner}) AS q")
            }
            3 => "VALUES (1, 'a'), (2, NULL)".to_owned(),
            _ => self.select(),
        }
    }

    /// A table or view to read from, and its columns under an alias.
    fn relation(&mut self, alias: &str) -> Option<(String, Vec<Operand>)> {
        let catalog = self.catalog;
        let mut relations: Vec<_> = catalog
            .tables
            .iter()
            .map(|it| (&it.name, &it.columns))
            .collect();
        relations.extend(catalog.views.iter().map(|it| (&it.name, &it.columns)));
        let (name, columns) = *self.any(&relations)?;
        let from = format!("{} {alias}", self.qualified(name));
        Some((from, self.operands(Some(alias), columns)))
    }

    fn select(&mut self) -> String {
        let Some((mut from, mut operands)) = self.relation("a") else {
            return "SELECT 1 AS one, 'x'::text AS x, now() AS at".to_owned();
        };
        if self.chance(35)
            && let Some((other, more)) = self.relation("b")
        {
            let both: Vec<Operand> = operands.iter().chain(&more).cloned().collect();
            let on = match (self.any(&operands), self.any(&more)) {
                (Some(one), Some(two)) if one.ty == two.ty => format!("{} = {}", one.sql, two.sql),
                _ => self.condition(&both),
            };
            let join = self.one_of(&["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "INNER JOIN"]);
            from = match self.below(8) {
                0 => format!("{from} CROSS JOIN {other}"),
                1 => format!("{from}, {other}"),
                _ => format!("{from} {join} {other} ON {on}"),
            };
            operands = both;
        }
        let filter = if self.chance(40) {
            format!(" WHERE {}", self.filter(&operands))
        } else {
            String::new()
        };
        match self.below(10) {
            0 if self.chance(50) => format!("SELECT * FROM {from}{filter}"),
            0 => format!("SELECT a.* FROM {from}{filter}"),
            1 | 2 => self.grouped(&from, &filter, &operands),
            _ => {
                let distinct = if self.chance(10) { "DISTINCT " } else { "" };
                let columns = self.select_list(&operands);
                let tail = self.one_of(&[
                    "",
                    "",
                    "",
                    " ORDER BY 1",
                    " LIMIT 10",
                    " ORDER BY 1 DESC NULLS LAST OFFSET 1",
                ]);
                format!("SELECT {distinct}{columns} FROM {from}{filter}{tail}")
            }
        }
    }

    fn filter(&mut self, operands: &[Operand]) -> String {
        if self.chance(20)
            && let Some((from, inner)) = self.relation("s")
        {
            let all: Vec<Operand> = operands.iter().chain(&inner).cloned().collect();
            let condition = self.condition(&all);
            return match (self.below(3), self.any(operands), self.any(&inner)) {
                (0, Some(one), Some(two)) => {
                    format!("{} IN (SELECT {} FROM {from})", one.sql, two.sql)
                }
                (1, ..) => format!("NOT EXISTS (SELECT 1 FROM {from} WHERE {condition})"),
                _ => format!("EXISTS (SELECT FROM {from} WHERE {condition})"),
            };
        }
        self.condition(operands)
    }

    fn select_list(&mut self, operands: &[Operand]) -> String {
        let mut items = Vec::new();
        for i in 0..self.below(4) + 1 {
            let Some(operand) = self.any(operands).cloned() else {
                return "1 AS one".to_owned();
            };
            let c = &operand.sql;
            let item = match self.below(14) {
                0..=4 => c.clone(),
                5 | 6 => self.expression(operands),
                7 => format!("row_number() OVER (ORDER BY {c})"),
                8 => format!("lag({c}) OVER (PARTITION BY {c} ORDER BY {c})"),
                9 => format!("COALESCE({c}, {})", self.value(&operand.ty)),
                10 => "count(*) OVER ()".to_owned(),
                11 => format!("({})", self.condition(operands)),
                12 => match self.relation("s") {
                    Some((from, inner)) => match self.any(&inner) {
                        Some(two) => format!("(SELECT max({}) FROM {from})", two.sql),
                        None => c.clone(),
                    },
                    None => c.clone(),
                },
                _ => self.value(&operand.ty),
            };
            if self.chance(70) {
                items.push(format!("{item} AS c{i}"));
            } else {
                items.push(item);
            }
        }
        items.join(", ")
    }

    fn grouped(&mut self, from: &str, filter: &str, operands: &[Operand]) -> String {
        let (Some(key), Some(value)) = (self.any(operands).cloned(), self.any(operands).cloned())
        else {
            return format!("SELECT count(*) FROM {from}{filter}");
        };
        let (k, v) = (&key.sql, &value.sql);
        let aggregate = match self.below(14) {
            0 | 1 => "count(*)".to_owned(),
            2 => format!("count(DISTINCT {v})"),
            3 => format!("max({v})"),
            4 => format!("min({v})"),
            5 => format!("sum({v})"),
            6 => format!("avg({v})"),
            7 => format!("array_agg({v} ORDER BY {v})"),
            8 => format!("string_agg({v}::text, ',')"),
            9 => format!("bool_and({v} IS NOT NULL)"),
            10 => format!("json_agg({v})"),
            11 => format!("count(*) FILTER (WHERE {})", self.condition(operands)),
            12 => format!("COALESCE(sum({v}), 0)"),
            _ => format!("percentile_cont(0.5) WITHIN GROUP (ORDER BY {v})"),
        };
        let having = if self.chance(20) {
            " HAVING count(*) > 1"
        } else {
            ""
        };
        if self.chance(20) {
            return format!("SELECT {aggregate} AS of_all FROM {from}{filter}");
        }
        format!("SELECT {k}, {aggregate} AS of_all FROM {from}{filter} GROUP BY {k}{having}")
    }

    pub fn create_function(&mut self) -> String {
        let name = self.new_name();
        let mut arguments = Vec::new();
        for _ in 0..self.below(4) {
            let argument = self.name();
            let argument = self.quoted(&argument);
            let (sql, ty) = self.some_type();
            let default = if self.chance(20) {
                format!(" DEFAULT {}", self.value(&ty))
            } else {
                String::new()
            };
            let mode = self.one_of(&["", "", "", "", "IN ", "OUT ", "INOUT ", "VARIADIC "]);
            arguments.push(if self.chance(85) {
                format!("{mode}{argument} {sql}{default}")
            } else {
                format!("{mode}{sql}{default}")
            });
        }
        let arguments = arguments.join(", ");
        let replace = self.one_of(&["", "OR REPLACE "]);
        if self.chance(12) {
            return format!(
                "CREATE {replace}PROCEDURE {name}({arguments}) LANGUAGE plpgsql AS $$ BEGIN END $$"
            );
        }
        let (ty, _) = self.some_type();
        let table = self.any_table().map(|table| self.qualified(&table.name));
        let returns = match self.below(12) {
            0 => String::new(),
            1 => " RETURNS void".to_owned(),
            2 => format!(" RETURNS SETOF {ty}"),
            3 => format!(" RETURNS TABLE (a {ty}, \"B\" int)"),
            4 => format!(" RETURNS SETOF {}", table.as_deref().unwrap_or("int")),
            5 => format!(" RETURNS {}", table.as_deref().unwrap_or("text")),
            6 => " RETURNS trigger".to_owned(),
            7 => " RETURNS SETOF record".to_owned(),
            _ => format!(" RETURNS {ty}"),
        };
        let traits = self.one_of(&[
            "",
            "",
            " STABLE",
            " IMMUTABLE STRICT",
            " IMMUTABLE PARALLEL SAFE",
            " SECURITY DEFINER",
            " RETURNS NULL ON NULL INPUT",
            " COST 10 LEAKPROOF",
            " SET search_path = public, pg_temp",
            " VOLATILE CALLED ON NULL INPUT",
        ]);
        format!(
            "CREATE {replace}FUNCTION {name}({arguments}){returns} LANGUAGE plpgsql{traits} AS $body$ BEGIN RETURN NULL; END $body$"
        )
    }
}
