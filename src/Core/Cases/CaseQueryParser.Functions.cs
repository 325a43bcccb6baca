using System.Globalization;
using System.Text.Json;

namespace ServerlessRosa.Core.Cases;

/// <summary>The functions of a <see cref="CaseQuery"/>.</summary>
internal sealed partial class CaseQueryParser
{
    private const string Conditions =
        "not, selected, selected-any, selected-all, starts-with, fuzzy-match, phonetic-match, within-distance, ancestor-exists, "
        + "subcase-exists, subcase-count, match-all, match-none";
    private const string Values = "date, today, date-add, unwrap-list";
    private const int MaxWords = 20;

    // Its name and `(` are taken.
    private CaseExpression ReadFunction(string name)
    {
        CaseExpression read = name switch
        {
            "not" => new Negated(ReadAny()),
            "match-all" => new AlwaysOrNever(true),
            "match-none" => new AlwaysOrNever(false),
            "selected" or "selected-any" => Selected(ReadProperty(), ReadArgument(), all: false),
            "selected-all" => Selected(ReadProperty(), ReadArgument(), all: true),
            "starts-with" => StartsWith(ReadProperty(), ReadArgument().Single(tokens)),
            "fuzzy-match" => FuzzyMatch(ReadProperty(), ReadArgument()),
            "phonetic-match" => PhoneticMatch(ReadProperty(), ReadArgument().Single(tokens)),
            "within-distance" => WithinDistance(ReadProperty()),
            "ancestor-exists" => AncestorExists(ReadPath(ReadName())),
            "subcase-exists" or "subcase-count" => Subcases(name),
            _ => throw tokens.Refused($"{name}()", $"the functions are {Conditions}."),
        };
        if (name != "subcase-count")
        {
            tokens.Require(")");
        }
        return read;
    }

    private string ReadProperty() => RequireKnown(tokens.Kind == CaseQueryToken.Text ? tokens.Take() : ReadName());

    private CaseQueryValue ReadArgument()
    {
        tokens.Require(",");
        return ReadValue();
    }

    private CaseQueryValue ReadValue()
    {
        if (tokens.Kind == CaseQueryToken.Text)
        {
            return new CaseQueryValue(tokens.Take());
        }
        if (tokens.Kind == CaseQueryToken.Number || tokens.IsSymbol("-"))
        {
            var sign = tokens.TakeIf("-") ? "-" : "";
            return tokens.Kind == CaseQueryToken.Number && NumberOf(tokens.Value) is not null
                ? new CaseQueryValue(sign + tokens.Take(), isNumber: true)
                : throw tokens.Unexpected("a number is expected");
        }
        if (tokens.Kind != CaseQueryToken.Name)
        {
            throw tokens.Unexpected("a value is expected");
        }
        var name = tokens.Take();
        if (!tokens.TakeIf("("))
        {
            throw tokens.Refused(name, "a text is written in quotes; a property does not stand on the right.");
        }
        return Nested(() => ReadValueOf(name));
    }

    private CaseQueryValue ReadValueOf(string function)
    {
        var value = function switch
        {
            "today" => CaseQueryValue.Of(today),
            "date" => CaseQueryValue.Of(DayOf(ReadValue())),
            "date-add" => DateAdd(DayOf(ReadValue()), ReadArgument().Single(tokens), ReadArgument().Single(tokens)),
            "unwrap-list" => UnwrapList(ReadValue().Single(tokens)),
            _ => throw tokens.Refused($"{function}()", $"the functions that make a value are {Values}."),
        };
        tokens.Require(")");
        return value;
    }

    private CaseQueryValue DateAdd(DateOnly day, string unit, string quantity)
    {
        var count = NumberOf(quantity) ?? throw tokens.Refused(quantity, "date-add() needs a number.");
        if (unit is "months" or "years" && count % 1 != 0)
        {
            throw tokens.Refused(quantity, "date-add() needs a whole number of months or years.");
        }
        try
        {
            return CaseQueryValue.Of(
                unit switch
                {
                    "days" => day.AddDays(checked((int)Math.Floor(count))),
                    "weeks" => day.AddDays(checked((int)Math.Floor(count * 7))),
                    "months" => day.AddMonths(checked((int)count)),
                    "years" => day.AddYears(checked((int)count)),
                    _ => throw tokens.Refused(unit, "date-add() adds days, weeks, months or years."),
                }
            );
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw tokens.Refused(quantity, "date-add() leaves the calendar.");
        }
    }

    private CaseQueryValue UnwrapList(string json)
    {
        try
        {
            using var list = JsonDocument.Parse(json);
            return list.RootElement is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() > 0
                ? new CaseQueryValue([.. array.EnumerateArray().Select(one => one.ToString())])
                : throw tokens.Refused(json, "unwrap-list() needs a list with a text at least.");
        }
        catch (JsonException)
        {
            throw tokens.Refused(json, "unwrap-list() needs a list of texts in JSON.");
        }
    }

    private static PropertyTest Selected(string property, CaseQueryValue value, bool all)
    {
        if (value.Texts is [""])
        {
            return new PropertyTest(property, text => text.Length == 0);
        }
        var wanted = value.Texts.SelectMany(SearchTerms.Of).ToHashSet();
        return new PropertyTest(
            property,
            text => SearchTerms.Of(text) is var terms && wanted.Count > 0 && (all ? wanted.IsSubsetOf(terms) : wanted.Overlaps(terms))
        );
    }

    private static PropertyTest StartsWith(string property, string prefix) =>
        new(property, text => text.Length > 0 && text.StartsWith(prefix, StringComparison.Ordinal));

    private PropertyTest FuzzyMatch(string property, CaseQueryValue value)
    {
        var words = value.Texts.Select(text => (Text: text, Words: SimilarWords.Of(text))).ToList();
        return words.Sum(one => one.Words.Count) > MaxWords
            ? throw tokens.Refused("fuzzy-match()", $"at most {MaxWords} words are searched.")
            : new PropertyTest(
                property,
                text => words.Exists(one => text == one.Text || SimilarWords.Distance(one.Words, text) is not null)
            );
    }

    private static PropertyTest PhoneticMatch(string property, string value)
    {
        var wanted = SearchTerms.Of(value).Select(Soundex.Of).Where(code => code.Length > 0).ToHashSet();
        return new PropertyTest(property, text => SearchTerms.Of(text).Any(term => wanted.Contains(Soundex.Of(term))));
    }

    private PropertyTest WithinDistance(string property)
    {
        var place = ReadArgument().Single(tokens);
        var center = GeoPosition.Parse(place) ?? throw tokens.Refused(place, "a latitude and a longitude are expected.");
        var distance = ReadArgument().Single(tokens);
        var number = NumberOf(distance) ?? throw tokens.Refused(distance, "a number is expected.");
        var unit = ReadArgument().Single(tokens);
        var meters = number * (GeoPosition.MetersOf(unit) ?? throw tokens.Refused(unit, $"the units are {GeoPosition.Units}."));
        return new PropertyTest(property, text => GeoPosition.Parse(text) is { } own && own.MetersTo(center) <= meters);
    }

    private AncestorTest AncestorExists(IReadOnlyList<string> path)
    {
        tokens.Require(",");
        return Ancestor(path, ReadAny());
    }

    private SubcaseTest Subcases(string function)
    {
        var identifier =
            tokens.Kind == CaseQueryToken.Text ? tokens.Take() : throw tokens.Unexpected("an identifier in quotes is expected");
        var filter = tokens.TakeIf(",") ? ReadAny() : new AlwaysOrNever(true);
        if (function == "subcase-exists")
        {
            return Lookup(new SubcaseTest(identifier, filter, count => count > 0), 1);
        }
        tokens.Require(")");
        var comparison = ReadComparison();
        tokens.TakeIf("+");
        var value = ReadValue().Single(tokens);
        var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? parsed
            : throw tokens.Refused(value, "subcase-count() is compared with a whole number.");
        return Lookup(new SubcaseTest(identifier, filter, count => Matches(count.CompareTo(number), comparison)), 1);
    }
}
