namespace ServerlessRosa.Tests;

/// <summary>A form of a phone or of a script.</summary>
internal sealed record SimulatedForm(string Id, string User, IReadOnlyList<PhoneBlock> Blocks);

/// <summary>
/// A reference model of cases (CC-058 to CC-069, CC-093 to CC-096), without optimisation: received forms are applied in order of receipt.
/// When a form is deleted or restored, all remaining forms are applied again.
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
        return true;
    }

    public void SetDeleted(SimulatedForm form, bool deleted)
    {
        _ = deleted ? _deletedForms.Add(form) : _deletedForms.Remove(form);
        foreach (var id in CasesOf(form))
        {
            var speaking = _forms.Where(other => !IsDeleted(other) && other.Blocks.Any(block => block.Id == id)).ToList();
            if (speaking.Count == 0)
            {
                _deleted.Add(id); // it stays what it was, for those who hold it
                continue;
            }
            _deleted.Remove(id);
            _cases[id] = new PhoneCase();
            foreach (
                var (other, block) in speaking.SelectMany(other =>
                    other.Blocks.Where(block => block.Id == id).Select(block => (other, block))
                )
            )
            {
                Say(_cases[id], other, block);
            }
        }
    }

    public static IEnumerable<string> CasesOf(SimulatedForm form) => form.Blocks.Select(block => block.Id).Distinct();

    // The first user who changes a case without owner owns it.
    private static void Say(PhoneCase one, SimulatedForm form, PhoneBlock block)
    {
        one.Apply(block);
        one.Owner = one.Owner.Length > 0 ? one.Owner : form.User;
    }
}
