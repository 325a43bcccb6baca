using System.Globalization;

namespace ServerlessRosa.XlsForms;

/// <summary>The parameters of a range question and the rules between them (XF-116). Numbers are exact decimals.</summary>
internal sealed class RangeRules(FormContext context, Parameters parameters, string? appearance)
{
    private decimal _start = 1;
    private decimal _end = 10;
    private decimal _step = 1;
    private bool _valid = true;

    public bool IsDecimal { get; private set; }

    /// <summary>Adds the attributes of the control and returns the list of labels, if there is one.</summary>
    public Itemset? Apply(OrderedDictionary<string, CellValue> control)
    {
        parameters.Allow("end", "placeholder", "start", "step", "tick_interval", "tick_labelset");
        Read("start", ref _start);
        Read("end", ref _end);
        Read("step", ref _step);
        decimal interval = 0;
        decimal placeholder = 0;
        var hasInterval = Read("tick_interval", ref interval);
        var hasPlaceholder = Read("placeholder", ref placeholder);
        CheckAppearance();
        if (_valid)
        {
            CheckSize("step", _step);
            if (hasInterval)
                CheckInterval(interval);
            if (hasPlaceholder)
                CheckPlaceholder(placeholder);
            if (_valid)
                CheckLabels(hasInterval ? interval : null);
        }
        control["start"] = CellValue.Of(parameters["start"] ?? "1");
        control["end"] = CellValue.Of(parameters["end"] ?? "10");
        control["step"] = CellValue.Of(parameters["step"] ?? "1");
        if (parameters["tick_interval"] is { } ticks)
            control["odk:tick-interval"] = CellValue.Of(ticks);
        if (parameters["placeholder"] is { } initial)
            control["odk:placeholder"] = CellValue.Of(initial);
        return parameters["tick_labelset"] is { } labels ? new Itemset(ItemsetSource.List, labels) : null;
    }

    private void Error(string text)
    {
        _valid = false;
        parameters.Error(text);
    }

    private bool Read(string key, ref decimal value)
    {
        if (parameters[key] is not { } text)
            return false;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            Error($"'{key}' must be a number.");
            return false;
        }
        if (value != Math.Floor(value))
            IsDecimal = true;
        return true;
    }

    private void CheckAppearance()
    {
        var words = appearance?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (words.Length == 0 || words.Contains("vertical") || words.Contains("no-ticks"))
            return;
        foreach (var key in new[] { "tick_interval", "placeholder", "tick_labelset" })
        {
            if (parameters.Has(key))
                Error($"'{key}' is possible only without an appearance or with 'vertical' or 'no-ticks'.");
        }
    }

    private void CheckSize(string key, decimal value)
    {
        if (value == 0)
            Error($"'{key}' must not be 0.");
        else if (Math.Abs(value) > Math.Abs(_end - _start))
            Error($"'{key}' must not be larger than the difference between 'start' and 'end'.");
    }

    private void CheckInterval(decimal interval)
    {
        CheckSize("tick_interval", interval);
        if (_valid && interval % _step != 0)
            Error("'tick_interval' must be a multiple of 'step'.");
    }

    private bool IsOutside(decimal value) => value < Math.Min(_start, _end) || value > Math.Max(_start, _end);

    private void CheckPlaceholder(decimal placeholder)
    {
        if (IsOutside(placeholder))
            Error("'placeholder' must be between 'start' and 'end'.");
        else if (_valid && (placeholder - _start) % _step != 0)
            Error("'placeholder' must be 'start' plus a multiple of 'step'.");
    }

    private void CheckLabels(decimal? interval)
    {
        if (parameters["tick_labelset"] is not { } name)
            return;
        if (context.Choices.Find(name) is not { } list)
        {
            Error($"'tick_labelset' must be a list of the choices sheet. There is no list '{name}'.");
            return;
        }
        var values = new HashSet<decimal>();
        foreach (var choice in list.Choices)
        {
            if (!decimal.TryParse(choice.Name, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                Error($"The choices of '{name}' must be numbers. '{choice.Name}' is not.");
            else if (IsOutside(value))
                Error($"The choices of '{name}' must be between 'start' and 'end'. '{choice.Name}' is not.");
            else if ((value - _start) % (interval ?? _step) != 0)
                Error($"The choices of '{name}' must be on the ticks. '{choice.Name}' is not.");
            values.Add(value);
        }
        var words = appearance?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (_valid && words.Contains("no-ticks") && !values.SetEquals([_start, _end]))
            Error($"With the appearance 'no-ticks' the choices of '{name}' must be 'start' and 'end'.");
    }
}
