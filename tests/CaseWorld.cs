namespace ServerlessRosa.Tests;

/// <summary>The server of a <see cref="CaseWorld"/>, however it is reached.</summary>
internal interface ICaseServer
{
    /// <summary>Takes a form of the phone, with its token; or of somebody at a desk, without one.</summary>
    Task SubmitAsync(IReadOnlyList<PhoneBlock> blocks, SimulatedPhone? phone);

    /// <summary>Null when the phone's token or state is refused.</summary>
    Task<(IReadOnlyList<PhoneBlock> Blocks, string Token, HashSet<string> Groups)?> SyncAsync(SimulatedPhone phone);

    Task PutInGroupAsync(string user, string group, bool isIn);

    /// <summary>False when it doesn't do such a thing.</summary>
    Task<bool> TryDeleteAsync(string id);

    /// <inheritdoc cref="TryDeleteAsync"/>
    Task<bool> TryReopenAsync(string id);
}

/// <summary>
/// Three phones and somebody at a desk work on the same cases at random, with lost answers, changing groups, and all kinds of indices. After every sync the
/// phone has what the rules say, as the text has them, and no state is refused that a phone would really have.
/// </summary>
#pragma warning disable CA5394 // Test data.
internal sealed class CaseWorld(int seed, string stem, ICaseServer server, IReadOnlyList<SimulatedPhone> phones, IReadOnlyList<string> groups)
{
    private static readonly string[] Identifiers = ["parent", "host"];
    private readonly Random _random = new(seed);
    private readonly string[] _owners = [.. phones.Select(phone => phone.User), .. groups, "nobody"];
    private readonly List<string> _ids = [];
    private readonly Dictionary<string, HeldCase> _truth = [];
    private readonly HashSet<string> _deleted = [];
    private readonly HashSet<(string User, string Group)> _members = [];
    private int _serial;

    public int Syncs { get; private set; }

    public async Task StepAsync()
    {
        var phone = phones[_random.Next(phones.Count)];
        switch (_random.Next(20))
        {
            case < 7: await SubmitAsync(phone); break;
            case < 11: await AtTheDeskAsync(); break;
            case 11: await ChangeGroupAsync(phone.User, groups[_random.Next(groups.Count)]); break;
            case 12: await (_random.Next(2) == 0 ? DeleteAsync() : ReopenAsync()); break;
            case 13: await SyncAsync(phone, isLost: true); break;
            default: await SyncAsync(phone, isLost: false); break;
        }
    }

    // What a phone can do: to the cases that it holds, in a form of one to three blocks.
    private async Task SubmitAsync(SimulatedPhone phone)
    {
        if (phone.Token is null)
        {
            return;
        }
        var blocks = new List<PhoneBlock>();
        for (var left = _random.Next(1, 4); left > 0; left--)
        {
            var held = phone.Cases.Keys.Where(id => !_deleted.Contains(id)).ToList();
            var block = held.Count == 0 || _random.Next(3) == 0 ? Create(phone.User, held) : Change(held[_random.Next(held.Count)], held);
            phone.Apply(block);
            blocks.Add(block);
        }
        await ApplyAsync(blocks, phone);
    }

    private async Task AtTheDeskAsync()
    {
        var there = _ids.Where(id => !_deleted.Contains(id)).ToList();
        await ApplyAsync([there.Count == 0 || _random.Next(3) == 0 ? Create("desk", there) : Change(there[_random.Next(there.Count)], there)], null);
    }

    private async Task ApplyAsync(List<PhoneBlock> blocks, SimulatedPhone? phone)
    {
        foreach (var block in blocks)
        {
            if (!_truth.TryGetValue(block.Id, out var truth))
            {
                _truth.Add(block.Id, truth = new HeldCase());
            }
            truth.Apply(block);
        }
        await server.SubmitAsync(blocks, phone);
    }

    private PhoneBlock Create(string creator, List<string> there)
    {
        var id = $"{stem}-{_ids.Count:000}";
        _ids.Add(id);
        return new PhoneBlock(id) { Creates = true, Owner = _random.Next(3) == 0 ? AnyOwner() : creator, Properties = AnyProperties(), Indices = AnyIndices(id, there) };
    }

    private PhoneBlock Change(string id, List<string> there) => new(id)
    {
        Owner = _random.Next(5) == 0 ? AnyOwner() : null,
        Properties = AnyProperties(),
        Indices = _random.Next(2) == 0 ? AnyIndices(id, there) : [],
        Closes = _random.Next(5) == 0,
    };

    private string AnyOwner() => _owners[_random.Next(_owners.Length)];

    private Dictionary<string, string> AnyProperties() => new() { [$"p{_random.Next(3)}"] = $"{_serial++}" };

    // From newer to older cases, so that there are no cycles: the server takes none.
    private List<PhoneIndex> AnyIndices(string id, List<string> there)
    {
        var older = there.Where(other => string.CompareOrdinal(other, id) < 0).ToList();
        var indices = new List<PhoneIndex>();
        foreach (var identifier in Identifiers.Where(_ => _random.Next(2) == 0))
        {
            if (older.Count > 0 && _random.Next(4) > 0)
            {
                indices.Add(new PhoneIndex(identifier, older[_random.Next(older.Count)], _random.Next(3) > 0 == (identifier == "host")));
            }
            else if (_random.Next(3) == 0)
            {
                indices.Add(new PhoneIndex(identifier, null, false));
            }
        }
        return indices;
    }

    private async Task ChangeGroupAsync(string user, string group)
    {
        var isIn = _members.Add((user, group));
        if (!isIn)
        {
            _members.Remove((user, group));
        }
        await server.PutInGroupAsync(user, group, isIn);
    }

    private async Task DeleteAsync()
    {
        var there = _ids.Where(id => !_deleted.Contains(id)).ToList();
        if (there.Count > 0 && there[_random.Next(there.Count)] is var id && await server.TryDeleteAsync(id))
        {
            _deleted.Add(id);
        }
    }

    // By an edit of the form that closed it. No phone that holds the case closed can be told, until it has purged it (spec 5.7).
    private async Task ReopenAsync()
    {
        var closed = _ids.Where(id => !_deleted.Contains(id) && _truth[id].Closed).ToList();
        if (closed.Count > 0 && closed[_random.Next(closed.Count)] is var id && await server.TryReopenAsync(id))
        {
            _truth[id].Closed = false;
        }
    }

    private async Task SyncAsync(SimulatedPhone phone, bool isLost)
    {
        if (isLost && phone.IsOdd())
        {
            return;   // it would purge twice before it has an answer
        }
        phone.Purge();
        var answer = await server.SyncAsync(phone);
        Xunit.Assert.True(answer is not null, $"{phone.User} was refused its state.");
        if (isLost)
        {
            return;
        }
        Xunit.Assert.Equal(answer.Value.Blocks.Count, answer.Value.Blocks.DistinctBy(block => block.Id).Count());
        foreach (var block in answer.Value.Blocks)
        {
            phone.Apply(block);
        }
        (phone.Token, phone.Groups) = (answer.Value.Token, answer.Value.Groups);
        Xunit.Assert.Equal(_members.Where(member => member.User == phone.User).Select(member => member.Group).Order(), phone.Groups.Order());
        Check(phone);
        Syncs++;
    }

    private void Check(SimulatedPhone phone)
    {
        var live = new NaiveRules(_truth.Where(pair => !_deleted.Contains(pair.Key)).Select(pair => SimulatedPhone.Naive(pair.Key, pair.Value, phone.Owns(pair.Value.Owner)))).Live();
        foreach (var id in live)
        {
            var truth = _truth[id];
            foreach (var gone in truth.Indices.Where(index => _deleted.Contains(index.Value.Target)).ToList())
            {
                truth.Indices.Remove(gone.Key);   // for good: nothing brings a deleted case back here
            }
            Xunit.Assert.True(phone.Cases.TryGetValue(id, out var held), $"{phone.User} lacks {id}: {truth}");
            Xunit.Assert.Equal(truth.ToString(), held.Closed && !truth.Closed ? held.ToString().Replace(" closed", "", StringComparison.Ordinal) : held.ToString());
        }
        Xunit.Assert.Subset(live, phone.AfterPurge());
    }
}
#pragma warning restore CA5394
