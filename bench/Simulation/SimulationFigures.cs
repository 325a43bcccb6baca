namespace ServerlessRosa.Bench.Simulation;

/// <summary>Answers of one kind of request. Times are milliseconds of accepted requests, from sending them.</summary>
public sealed class RequestFigures
{
    private readonly List<double> _milliseconds = [];
    private bool _sorted;

    public int Accepted => _milliseconds.Count;

    public int Refused { get; private set; }

    public int GivenUp { get; private set; }

    public double RefusedShare => Accepted + Refused + GivenUp is > 0 and var all ? (double)(Refused + GivenUp) / all : 0;

    public void Count(Outcome outcome, double seconds)
    {
        _sorted = false;
        if (outcome == Outcome.Accepted)
            _milliseconds.Add(1000 * seconds);
        else if (outcome == Outcome.Refused)
            Refused++;
        else
            GivenUp++;
    }

    /// <summary>NaN when nothing was accepted.</summary>
    public double Quantile(double share)
    {
        if (!_sorted)
            _milliseconds.Sort();
        _sorted = true;
        return Accepted == 0 ? double.NaN : _milliseconds[Math.Max(0, (int)Math.Ceiling(share * Accepted) - 1)];
    }
}

/// <summary>What happened since the figures were reset.</summary>
public sealed class SimulationFigures
{
    private readonly Dictionary<string, RequestFigures> _requests = [];
    private int _known;
    private int _read;

    /// <summary>The share of cached reads that had to be made.</summary>
    public double ColdShare => _known + _read > 0 ? (double)_read / (_known + _read) : 0;

    public RequestFigures Of(string request) => _requests.GetValueOrDefault(request) ?? new RequestFigures();

    public void Reset()
    {
        _requests.Clear();
        (_known, _read) = (0, 0);
    }

    public void Count(string request, Outcome outcome, double seconds)
    {
        if (!_requests.TryGetValue(request, out var figures))
            _requests[request] = figures = new RequestFigures();
        figures.Count(outcome, seconds);
    }

    public void CountCache(bool known)
    {
        if (known)
            _known++;
        else
            _read++;
    }
}
