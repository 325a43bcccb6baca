namespace ServerlessRosa.Tests;

/// <summary>A form of a phone or of a script.</summary>
internal sealed record SimulatedForm(string Id, string User, IReadOnlyList<PhoneBlock> Blocks)
{
    /// <summary>When it was filled, by the phone's clock. Each is later than the one before.</summary>
    public DateTimeOffset Date { get; } = NextDate();

    private static long _last;

    private static DateTimeOffset NextDate()
    {
        var (now, last) = (DateTimeOffset.UtcNow.UtcTicks, Interlocked.Read(ref _last));
        var next = Math.Max(now, last + 10);
        return Interlocked.CompareExchange(ref _last, next, last) == last ? new DateTimeOffset(next, TimeSpan.Zero) : NextDate();
    }
}

/// <summary>
/// A reference model of cases (CC-058 to CC-069, CC-093 to CC-096), without optimisation: received forms are applied in order of receipt,
/// those of one user in the order of their dates (CC-154). When a form comes late, is deleted or restored, all are applied again.
/// </summary>
internal sealed class ExpectedCases
{
    private readonly List<SimulatedForm> _forms = [];
    private readonly HashSet<SimulatedForm> _deletedForms = [];
    private readonly Dictionary<string, PhoneCase> _cases = [];
    private readonly HashSet<string> _deleted = [];

    public IReadOnlyList<SimulatedForm> Forms => _forms;

    /// <summary>The cases that are not deleted.</summary>
    public IEnumerable<KeyValuePair<string, PhoneCase>> There => _cases.Where(pair => IsThere(pair.Key));

    public PhoneCase this[string id] => _cases[id];

    public bool IsThere(string id) => _cases.ContainsKey(id) && !_deleted.Contains(id);

    public bool IsDeleted(SimulatedForm form) => _deletedForms.Contains(form);

    /// <summary>False for a duplicate. Changes of a deleted case are kept with it, and do not restore it.</summary>
    public bool Take(SimulatedForm form)
    {
        if (_forms.Contains(form))
        {
            return false;
        }
        _forms.Add(form);
        foreach (var block in form.Blocks)
        {
            if (!_cases.TryGetValue(block.Id, out var one))
            {
                _cases.Add(block.Id, one = new PhoneCase());
            }
            Say(one, form, block);
        }
        foreach (var id in CasesOf(form).Where(IsThere))
        {
            Replay(id);
        }
        return true;
    }

    /// <summary>Whether the same user changed one of its cases, later by the phone's date and already received.</summary>
    public bool IsLate(SimulatedForm form) =>
        CasesOf(form).Any(id => FormsOf(id).Any(other => other.User == form.User && other.Date > form.Date));

    public void SetDeleted(SimulatedForm form, bool deleted)
    {
        _ = deleted ? _deletedForms.Add(form) : _deletedForms.Remove(form);
        foreach (var id in CasesOf(form))
        {
            if (FormsOf(id).Count == 0)
            {
                _deleted.Add(id); // it stays what it was, for those who hold it
                continue;
            }
            _deleted.Remove(id);
            Replay(id);
        }
    }

    private void Replay(string id)
    {
        _cases[id] = new PhoneCase();
        foreach (
            var (form, block) in FormsOf(id).SelectMany(form => form.Blocks.Where(block => block.Id == id).Select(block => (form, block)))
        )
        {
            Say(_cases[id], form, block);
        }
    }

    // Each is put before the first that the same user filled later.
    private List<SimulatedForm> FormsOf(string id)
    {
        var ordered = new List<SimulatedForm>();
        foreach (var form in _forms.Where(form => !IsDeleted(form) && form.Blocks.Any(block => block.Id == id)))
        {
            var later = ordered.FindIndex(other => other.User == form.User && other.Date > form.Date);
            ordered.Insert(later < 0 ? ordered.Count : later, form);
        }
        return ordered;
    }

    public static IEnumerable<string> CasesOf(SimulatedForm form) => form.Blocks.Select(block => block.Id).Distinct();

    // The first user who changes a case without owner owns it.
    private static void Say(PhoneCase one, SimulatedForm form, PhoneBlock block)
    {
        one.Apply(block);
        one.Owner = one.Owner.Length > 0 ? one.Owner : form.User;
    }
}
