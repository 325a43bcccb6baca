using System.Globalization;

namespace ServerlessRosa.XlsForms;

/// <summary>The parameters column of a row: a list of `key=value` (XF-110).</summary>
internal sealed class Parameters
{
    private static readonly char[] Separators = [',', ';', ' ', '\t', '\n', '\r', '\f', '\v'];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly FormContext _context;
    private readonly int _row;

    private Parameters(FormContext context, int row)
    {
        _context = context;
        _row = row;
    }

    public string? this[string key] => _values.GetValueOrDefault(key);

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>Reads the column; reports and omits malformed parameters.</summary>
    public static Parameters Read(FormContext context, SheetRow row)
    {
        var parameters = new Parameters(context, row.Number);
        if (row.Text("parameters") is not { } text)
            return parameters;
        foreach (var part in Parts(text))
        {
            var sign = part.IndexOf('=', StringComparison.Ordinal);
            if (sign <= 0 || sign == part.Length - 1 || part.LastIndexOf('=') != sign)
            {
                parameters.Error("Parameters must have the form 'key1=value1 key2=value2'.");
                break;
            }
            var key = PythonText.Lower(part[..sign]);
            var value = part[(sign + 1)..];
            parameters._values[key] = key is "label" or "value" ? value : PythonText.Lower(value);
        }
        return parameters;
    }

    private static string[] Parts(string text)
    {
        // White space around an equals sign belongs to it.
        var pieces = text.Split('=');
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = i == 0 ? pieces[i] : pieces[i].TrimStart();
            pieces[i] = i == pieces.Length - 1 ? pieces[i] : pieces[i].TrimEnd();
        }
        return string.Join('=', pieces).Split(Separators, StringSplitOptions.RemoveEmptyEntries);
    }

    public void Error(string text) => _context.SurveyError(_row, text, "parameters");

    /// <summary>Refuses keys that the type does not have.</summary>
    public void Allow(params ReadOnlySpan<string> keys)
    {
        var allowed = keys.ToArray();
        var unknown = _values.Keys.Except(allowed).ToList();
        if (unknown.Count > 0)
            Error($"This question type has no parameter '{string.Join("', '", unknown)}'. It has: {string.Join(", ", allowed)}.");
    }

    /// <summary>A parameter that must be one of some words.</summary>
    public string? OneOf(string key, params ReadOnlySpan<string> words)
    {
        if (this[key] is not { } value || words.Contains(value))
            return this[key];
        Error($"'{key}' cannot be '{value}'. It can be: {string.Join(", ", words)}.");
        return null;
    }

    public string? Integer(string key, long minimum = long.MinValue)
    {
        if (this[key] is not { } value)
            return null;
        if (long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum)
            return value;
        Error($"'{key}' must be a whole number{(minimum == 0 ? " that is not negative" : "")}.");
        return null;
    }

    public string? Number(string key)
    {
        if (this[key] is not { } value)
            return null;
        if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return value;
        Error($"'{key}' must be a number.");
        return null;
    }
}
