-- What filters need of the database beside its own operators: the meaning that
-- referentials/filter gives to arithmetic, JSON and shapes, where PostgreSQL stops with an
-- error or has no such function. Names are in full wherever filters use them, hence no
-- search path is set: that would cost more than most of the functions do.

-- known: what SQL can store and no version of a collection holds is null.
CREATE FUNCTION socle_store.known(x float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN x > '-Infinity' AND x < 'Infinity' THEN x END  -- NaN is more than any number
$$;
CREATE FUNCTION socle_store.known(x date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN isfinite(x) THEN x END
$$;
CREATE FUNCTION socle_store.known(x timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN isfinite(x) THEN x END
$$;

-- Arithmetic in float8 that is null where PostgreSQL reports an overflow, an underflow or
-- a division by zero. Whether it would is decided exactly, on integers, so that no
-- exception has to be caught: that would bar parallel plans.

-- split gives |x| as mantissa · 2^exponent; the mantissa has 53 bits unless x is subnormal.
CREATE FUNCTION socle_store.split(x float8, OUT mantissa numeric, OUT exponent integer)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    bits bigint := ('x' || encode(float8send(x), 'hex'))::bit(64)::bigint;
BEGIN
    exponent := (bits >> 52) & 2047;
    mantissa := bits & ((1::bigint << 52) - 1);
    IF exponent > 0 THEN
        mantissa := mantissa + (1::bigint << 52);
        exponent := exponent - 1;
    END IF;
    exponent := exponent - 1074;
END
$$;

-- fits tells whether numerator / denominator · 2^exponent, all positive, rounds to a
-- float8: it is over 2^-1075 and under 2^1024 - 2^970, the two points of no return.
CREATE FUNCTION socle_store.fits(numerator numeric, denominator numeric, exponent integer) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
    RETURN numerator * 2::numeric ^ greatest(exponent + 1075, 0) > denominator * 2::numeric ^ greatest(-exponent - 1075, 0)
       AND numerator * 2::numeric ^ greatest(exponent - 970, 0)
         < denominator * 2::numeric ^ greatest(970 - exponent, 0) * ((1::bigint << 54) - 1);
END
$$;

CREATE FUNCTION socle_store.add(a float8, b float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    p record;
    q record;
    least_exponent integer;
BEGIN
    IF abs(a) < 8e307 AND abs(b) < 8e307 OR sign(a) <> sign(b) THEN
        RETURN a + b;
    END IF;
    p := socle_store.split(a);
    q := socle_store.split(b);
    least_exponent := least(p.exponent, q.exponent);
    IF socle_store.fits(p.mantissa * 2::numeric ^ (p.exponent - least_exponent) + q.mantissa * 2::numeric ^ (q.exponent - least_exponent),
                        1, least_exponent) THEN
        RETURN a + b;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION socle_store.subtract(a float8, b float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN
    RETURN socle_store.add(a, -b);
END
$$;

CREATE FUNCTION socle_store.multiply(a float8, b float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    p record;
    q record;
BEGIN
    IF a = 0 OR b = 0 OR abs(a) BETWEEN 1e-150 AND 1e150 AND abs(b) BETWEEN 1e-150 AND 1e150 THEN
        RETURN a * b;
    END IF;
    p := socle_store.split(a);
    q := socle_store.split(b);
    IF socle_store.fits(p.mantissa * q.mantissa, 1, p.exponent + q.exponent) THEN
        RETURN a * b;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION socle_store.divide(a float8, b float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    p record;
    q record;
BEGIN
    IF b = 0 THEN
        RETURN NULL;
    END IF;
    IF a = 0 OR abs(a) BETWEEN 1e-150 AND 1e150 AND abs(b) BETWEEN 1e-150 AND 1e150 THEN
        RETURN a / b;
    END IF;
    p := socle_store.split(a);
    q := socle_store.split(b);
    IF socle_store.fits(p.mantissa, q.mantissa, p.exponent - q.exponent) THEN
        RETURN a / b;
    END IF;
    RETURN NULL;
END
$$;

-- modulo is the exact remainder with the sign of a, as C's fmod.
CREATE FUNCTION socle_store.modulo(a float8, b float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    p record;
    q record;
BEGIN
    IF b = 0 THEN
        RETURN NULL;
    ELSIF abs(a) < abs(b) THEN
        RETURN a;
    ELSIF abs(a) < 9e15 AND a = trunc(a) AND b = trunc(b) THEN
        RETURN a::bigint % b::bigint;
    END IF;
    p := socle_store.split(a);
    q := socle_store.split(b);
    -- The power of two is taken in halves: the whole of it may be under every float8.
    RETURN sign(a) * mod(p.mantissa * 2::numeric ^ (p.exponent - q.exponent), q.mantissa)::bigint::float8
        * power(2::float8, q.exponent / 2) * power(2::float8, q.exponent - q.exponent / 2);
END
$$;

-- root gives a to a power between -1 and 1 by square roots, as many as can change a float8.
CREATE FUNCTION socle_store.root(a float8, b float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    result float8 := 1;
    digit float8 := abs(b);
BEGIN
    IF a < 0 THEN
        RETURN NULL;
    END IF;
    FOR i IN 1..64 LOOP
        a := sqrt(a);
        digit := digit * 2;
        IF digit >= 1 THEN
            result := result * a;
            digit := digit - 1;
        END IF;
    END LOOP;
    RETURN CASE WHEN b > 0 THEN result ELSE socle_store.divide(1, result) END;
END
$$;

-- power raises by squaring, in the order in which the evaluator over memory does, so that
-- both round alike.
CREATE FUNCTION socle_store.power(a float8, b float8) RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    whole float8 := trunc(b);
    n bigint;
    result float8 := 1;  -- times 2^shift
    shift integer := 0;
    base float8;         -- times 2^base_shift, 0.5 ≤ |base| < 1
    base_shift integer;
    p record;
BEGIN
    CASE
    WHEN b <> whole THEN RETURN socle_store.multiply(socle_store.power(a, whole), socle_store.root(a, b - whole));
    WHEN b = 2 THEN RETURN socle_store.multiply(a, a);
    WHEN b = 0 OR a = 1 THEN RETURN 1;
    WHEN b = 1 THEN RETURN a;
    WHEN a = 0 THEN RETURN CASE WHEN b > 0 THEN 0 END;
    WHEN abs(b) >= 9223372036854775808 THEN RETURN CASE WHEN a = -1 THEN 1 END;
    ELSE NULL;
    END CASE;

    p := socle_store.split(a);
    base := sign(a) * p.mantissa::bigint::float8;
    base_shift := p.exponent;
    WHILE abs(base) >= 1 LOOP
        base := base * 0.5;
        base_shift := base_shift + 1;
    END LOOP;
    n := abs(b)::bigint;
    WHILE n <> 0 LOOP
        IF abs(base_shift) > 4096 THEN
            shift := shift + base_shift;
            EXIT;
        END IF;
        IF n & 1 = 1 THEN
            result := result * base;
            shift := shift + base_shift;
        END IF;
        base := base * base;
        base_shift := base_shift * 2;
        IF base < 0.5 THEN
            base := base + base;
            base_shift := base_shift - 1;
        END IF;
        n := n >> 1;
    END LOOP;
    IF b < 0 THEN
        result := 1 / result;
        shift := -shift;
    END IF;

    p := socle_store.split(result);
    IF abs(shift) > 4096 OR NOT socle_store.fits(p.mantissa, 1, p.exponent + shift) THEN
        RETURN NULL;
    END IF;
    RETURN result * power(2::float8, shift / 2) * power(2::float8, shift - shift / 2);
END
$$;

CREATE FUNCTION socle_store.square_root(x float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN x >= 0 THEN sqrt(x) END
$$;

-- value gives JSON as jsonb, null where jsonb cannot hold it (a zero character, a number
-- of more digits than numeric takes).
CREATE FUNCTION socle_store.value(x json) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    IF x::text !~ '\\u|[eE][+-]?[0-9]' AND octet_length(x::text) < 10000 THEN
        RETURN x::text::jsonb;
    END IF;
    BEGIN
        RETURN x::text::jsonb;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN NULL;
    END;
END
$$;

-- items gives a JSON array as jsonb, null for anything else.
CREATE FUNCTION socle_store.items(x json) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    IF json_typeof(x) = 'array' THEN
        RETURN socle_store.value(x);
    END IF;
    RETURN NULL;
END
$$;

-- includes tells whether every item of b is one of a. The operator @> would look into the
-- items themselves.
CREATE FUNCTION socle_store.includes(a jsonb, b jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT NOT EXISTS (SELECT jsonb_array_elements(b) EXCEPT SELECT jsonb_array_elements(a))
$$;

CREATE FUNCTION socle_store.shares(a jsonb, b jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
    SELECT EXISTS (SELECT jsonb_array_elements(a) INTERSECT SELECT jsonb_array_elements(b))
$$;

-- What PostGIS does with shapes, null where it would stop with an error (a shape without an
-- image in another CRS, one that an edit made invalid) or give an empty shape, which is
-- none. A buffer of more metres than a globe has is none either: GEOS may crash. PostGIS
-- may live in any schema, and its type stands in the signatures.
DO $do$
DECLARE
    postgis name := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis');
    relation text;
BEGIN
    EXECUTE format($create$
        CREATE FUNCTION socle_store.transform(shape %1$I.geometry, srid integer) RETURNS %1$I.geometry
        LANGUAGE plpgsql IMMUTABLE STRICT AS $$
        BEGIN
            RETURN %1$I.ST_Transform(shape, srid);
        EXCEPTION WHEN internal_error OR data_exception THEN
            RETURN NULL;
        END
        $$;
        CREATE FUNCTION socle_store.buffer(shape %1$I.geometry, metres float8) RETURNS %1$I.geometry
        LANGUAGE plpgsql IMMUTABLE STRICT AS $$
        DECLARE
            around %1$I.geometry;
        BEGIN
            IF abs(metres) <= 1e8 THEN
                around := %1$I.ST_Buffer(shape, metres);
            END IF;
            RETURN CASE WHEN NOT %1$I.ST_IsEmpty(around) THEN around END;
        EXCEPTION WHEN internal_error OR data_exception THEN
            RETURN NULL;
        END
        $$;
    $create$, postgis);
    FOREACH relation IN ARRAY ARRAY['intersects', 'equals', 'touches', 'within', 'overlaps', 'crosses', 'contains'] LOOP
        EXECUTE format($create$
            CREATE FUNCTION socle_store.%2$I(a %1$I.geometry, b %1$I.geometry) RETURNS boolean
            LANGUAGE plpgsql IMMUTABLE STRICT AS $$
            BEGIN
                RETURN %1$I.ST_%2$s(a, b);
            EXCEPTION WHEN internal_error OR data_exception THEN
                RETURN NULL;
            END
            $$;
        $create$, postgis, relation);
    END LOOP;
END
$do$;
