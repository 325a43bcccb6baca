using System.Globalization;
using System.Text.RegularExpressions;
using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Exports;

internal enum FilterToken
{
    End,
    Open,
    Close,

    /// <summary>A field, an operator or the name of a function.</summary>
    Word,
    Literal,
}

/// <summary>Reads a `$filter` piece by piece. What can be no piece of one is refused with 400.18.</summary>
internal sealed partial class FilterTokens(string text)
{
    private int _at;

    public FilterToken Kind { get; private set; }

    public string Word { get; private set; } = "";

    /// <summary>Whether users without the right to list all entities get only those that they created.</summary>
    public object? Value { get; private set; }

    public void Move()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t')
        {
            _at++;
        }
        var match = Piece().Match(text, _at);
        if (!match.Success)
        {
            throw Refuse();
        }
        _at += match.Length;
        Word = match.Value;
        (Kind, Value) = match switch
        {
            { Length: 0 } => (FilterToken.End, null),
            _ when Word == "(" => (FilterToken.Open, null),
            _ when Word == ")" => (FilterToken.Close, null),
            _ when Word == "null" => (FilterToken.Literal, null),
            _ when match.Groups["text"].Success => (FilterToken.Literal, Word[1..^1].Replace("''", "'", StringComparison.Ordinal)),
            _ when match.Groups["time"].Success => (FilterToken.Literal, Time(Word) ?? throw Refuse()),
            _ when match.Groups["number"].Success => (FilterToken.Literal, double.Parse(Word, CultureInfo.InvariantCulture)),
            _ => (FilterToken.Word, (object?)null),
        };
    }

    public ProblemException Refuse() => Problem.UnparseableODataFilter(text).AsException();

    /// <summary>Null when it is none. Without an offset, a time is one of UTC.</summary>
    public static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    [GeneratedRegex(
        @"\G(?:[()]|(?<text>'(?:[^']|'')*')|(?<time>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)"
            + @"|(?<number>-?\d+(?:\.\d+)?)|[A-Za-z_$][\w$/.-]*|$)"
    )]
    private static partial Regex Piece();
}
