namespace ServerlessRosa.Bench.Simulation;

/// <summary>An instance of the app: one processor, which requests use in turn, and a cache of its own.</summary>
public sealed class Instance(SimulatedClock clock)
{
    private readonly Dictionary<(string Table, int Key), double> _cachedUntil = [];
    private double _processorFreeAt;

    public async Task ComputeAsync(double seconds)
    {
        _processorFreeAt = Math.Max(clock.Now, _processorFreeAt) + seconds;
        await clock.After(_processorFreeAt - clock.Now);
    }

    public bool Knows(CachedRead read) => _cachedUntil.TryGetValue((read.Operation.Table, read.Key), out var until) && until > clock.Now;

    public void Keep(CachedRead read) => _cachedUntil[(read.Operation.Table, read.Key)] = clock.Now + read.Seconds;
}

/// <summary>
/// The instances with a limited number of requests at a time each, and one queue in front of them, first come first served. When requests
/// wait, or are about to, more instances are started, once a second. None is stopped again.
/// </summary>
public sealed class InstancePool
{
    private readonly SimulatedClock _clock;
    private readonly AppSettings _settings;
    private readonly double _giveUp;
    private readonly Random _random;
    private readonly List<Instance> _free = []; // an instance is here once for each request that it could take
    private readonly Queue<(Signal<Instance?> Signal, double Since)> _waiting = [];
    private int _started;
    private int _busy;
    private double _area;
    private double _areaAt;
    private double _areaFrom;

    /// <param name="giveUp">A request that has waited longer, in seconds, is dropped when its turn comes.</param>
    public InstancePool(SimulatedClock clock, AppSettings settings, double giveUp, Random random)
    {
        (_clock, _settings, _giveUp, _random) = (clock, settings, giveUp, random);
        _started = settings.AlwaysReady ?? settings.Instances;
        for (var i = 0; i < _started; i++)
            Add(new Instance(clock));
        if (_started < settings.Instances)
            clock.Start(ScaleAsync);
    }

    /// <summary>Started or starting.</summary>
    public int Instances => _started;

    /// <summary>The average number of waiting requests since the figures were reset.</summary>
    public double MeanQueue => (_area + (_waiting.Count * (_clock.Now - _areaAt))) / (_clock.Now - _areaFrom);

    public int MaxQueue { get; private set; }

    public void ResetFigures() => (_area, _areaAt, _areaFrom, MaxQueue) = (0, _clock.Now, _clock.Now, _waiting.Count);

    /// <summary>Waits for an instance; null when that took too long.</summary>
    public async Task<Instance?> EnterAsync()
    {
        if (_free.Count > 0)
        {
            _busy++;
            var at = _random.Next(_free.Count);
            var instance = _free[at];
            _free[at] = _free[^1];
            _free.RemoveAt(_free.Count - 1);
            return instance;
        }
        var signal = new Signal<Instance?>(_clock);
        CountQueue();
        _waiting.Enqueue((signal, _clock.Now));
        MaxQueue = Math.Max(MaxQueue, _waiting.Count);
        return await signal;
    }

    public void Leave(Instance instance)
    {
        _busy--;
        Offer(instance);
    }

    private void Offer(Instance instance)
    {
        CountQueue();
        while (_waiting.TryDequeue(out var next))
        {
            if (_clock.Now - next.Since > _giveUp)
            {
                next.Signal.Set(null);
                continue;
            }
            _busy++;
            next.Signal.Set(instance);
            return;
        }
        _free.Add(instance);
    }

    private void Add(Instance instance)
    {
        for (var i = 0; i < _settings.Concurrency; i++)
            Offer(instance);
    }

    private async Task ScaleAsync()
    {
        while (_started < _settings.Instances)
        {
            var needed = (_busy + _waiting.Count + _settings.Concurrency) / _settings.Concurrency;
            var more = Math.Min(Math.Min(needed, _settings.Instances) - _started, _settings.StartsPerSecond);
            for (; more > 0; more--)
            {
                _started++;
                _clock.Start(StartAsync);
            }
            await _clock.After(1);
        }
    }

    private async Task StartAsync()
    {
        await _clock.After(_settings.StartSeconds);
        Add(new Instance(_clock));
    }

    private void CountQueue()
    {
        _area += _waiting.Count * (_clock.Now - _areaAt);
        _areaAt = _clock.Now;
    }
}
