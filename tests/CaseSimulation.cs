namespace ServerlessRosa.Tests;

/// <summary>The server of a <see cref="CaseSimulation"/>, however it is reached.</summary>
internal interface ICaseServer
{
    /// <summary>
    /// Submits a form with the phone's sync token; the same form may be submitted again if the phone did not receive the response.
    /// </summary>
    Task SubmitAsync(SimulatedForm form, string? token);

    /// <summary>Null when the phone's token or state is refused.</summary>
    Task<(IReadOnlyList<PhoneBlock> Blocks, string Token, HashSet<string> Groups)?> SyncAsync(SimulatedPhone phone);

    Task PutInGroupAsync(string user, string group, bool isIn);

    /// <summary>Deletes a received form, or restores it: its cases are recomputed without it, or with it.</summary>
    Task SetDeletedAsync(SimulatedForm form, bool deleted);
}

/// <summary>
/// Three phones and a script change the same cases at random. Requests and responses get lost, stock moves, forms arrive late, are deleted
/// and restored, groups change, and all kinds of indices occur. After every sync the phone has the cases that the reference model expects,
/// and no valid state hash is refused.
/// </summary>
#pragma warning disable CA5394 // Test data.
internal sealed class CaseSimulation(
    int seed,
    string stem,
    ICaseServer server,
    IReadOnlyList<SimulatedPhone> phones,
    IReadOnlyList<string> groups
)
{
    private static readonly string[] Identifiers = ["parent", "host"];
    private readonly Random _random = new(seed);
    private readonly string[] _owners = [.. phones.Select(phone => phone.User), .. groups, "nobody"];
    private readonly List<string> _ids = [];
    private readonly ExpectedCases _expected = new();
    private readonly HashSet<(string User, string Group)> _members = [];
    private readonly Dictionary<SimulatedPhone, List<SimulatedForm>> _unacknowledged = phones.ToDictionary(
        phone => phone,
        _ => new List<SimulatedForm>()
    );
    private readonly Dictionary<SimulatedPhone, List<SimulatedForm>> _waiting = phones.ToDictionary(
        phone => phone,
        _ => new List<SimulatedForm>()
    );
    private int _serial;

    public int Syncs { get; private set; }

    public async Task StepAsync()
    {
        var phone = phones[_random.Next(phones.Count)];
        switch (_random.Next(20))
        {
            case < 7:
                await SubmitAsync(phone);
                break;
            case < 11:
                await SubmitWithoutPhoneAsync();
                break;
            case 11:
                await ChangeGroupAsync(phone.User, groups[_random.Next(groups.Count)]);
                break;
            case 12:
                await DeleteOrBringBackAsync();
                break;
            case 13:
                await SyncAsync(phone, isLost: true);
                break;
            default:
                await SyncAsync(phone, isLost: false);
                break;
        }
    }

    // What a phone can do: to the cases that it holds, in a form of one to three blocks. A form that changes one case may wait until the
    // next sync, while later ones are sent; the server would refuse indices to a case that it creates.
    private async Task SubmitAsync(SimulatedPhone phone)
    {
        if (phone.Token is null)
        {
            return;
        }
        if (phone.Cases.Count > 0 && _random.Next(4) == 0)
        {
            var there = phone.Cases.Keys.ToList();
            var change = Change(there[_random.Next(there.Count)], there);
            phone.Apply(change);
            _waiting[phone].Add(new SimulatedForm(Guid.NewGuid().ToString(), phone.User, [change]));
            return;
        }
        var blocks = new List<PhoneBlock>();
        for (var left = _random.Next(1, 4); left > 0; left--)
        {
            var onPhone = phone.Cases.Keys.ToList();
            var block =
                onPhone.Count == 0 || _random.Next(3) == 0
                    ? Create(phone.User, onPhone)
                    : Change(onPhone[_random.Next(onPhone.Count)], onPhone);
            phone.Apply(block);
            blocks.Add(block);
        }
        await ResendUnacknowledgedAsync(phone);
        var form = new SimulatedForm(Guid.NewGuid().ToString(), phone.User, blocks);
        switch (_random.Next(6))
        {
            case 0:
                _unacknowledged[phone].Add(form); // it never got there
                break;
            case 1:
                await DeliverAsync(form, phone.Token);
                _unacknowledged[phone].Add(form); // the phone never heard that it did
                break;
            default:
                await DeliverAsync(form, phone.Token);
                break;
        }
    }

    // A phone first sends the forms whose response it did not receive, in their order. The server may have changed meanwhile.
    private async Task ResendUnacknowledgedAsync(SimulatedPhone phone)
    {
        foreach (var form in _unacknowledged[phone])
        {
            await DeliverAsync(form, phone.Token);
        }
        _unacknowledged[phone].Clear();
    }

    private async Task SubmitWithoutPhoneAsync()
    {
        var there = _ids.Where(_expected.IsThere).ToList();
        var block = there.Count == 0 || _random.Next(3) == 0 ? Create("desk", there) : Change(there[_random.Next(there.Count)], there);
        await DeliverAsync(new SimulatedForm(Guid.NewGuid().ToString(), "desk", [block]), null);
    }

    private async Task DeliverAsync(SimulatedForm form, string? token)
    {
        _expected.Take(form);
        await server.SubmitAsync(form, token);
    }

    private PhoneBlock Create(string creator, List<string> there)
    {
        var id = $"{stem}-{_ids.Count:000}";
        _ids.Add(id);
        return new PhoneBlock(id)
        {
            Creates = true,
            Owner = _random.Next(3) == 0 ? AnyOwner() : creator,
            Properties = AnyProperties(),
            Indices = AnyIndices(id, there),
            Stock = AnyStock(),
        };
    }

    private PhoneBlock Change(string id, List<string> there) =>
        new(id)
        {
            Owner = _random.Next(5) == 0 ? AnyOwner() : null,
            Properties = AnyProperties(),
            Indices = _random.Next(2) == 0 ? AnyIndices(id, there) : [],
            Closes = _random.Next(5) == 0,
            Stock = AnyStock(),
        };

    private List<PhoneStock> AnyStock() =>
        [
            .. Enumerable
                .Range(0, Math.Max(0, _random.Next(4) - 1))
                .Select(_ => new PhoneStock(
                    _random.Next(2) == 0 ? "stock" : "consumption",
                    $"e{_random.Next(2)}",
                    _random.Next(20),
                    _random.Next(2) == 0
                )),
        ];

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

    // Reopening a case cannot be sent to phones that have it closed, until they have purged it (CC-116 to CC-127).
    private async Task DeleteOrBringBackAsync()
    {
        var deletes = _random.Next(2) == 0;
        var forms = _expected.Forms.Where(form => _expected.IsDeleted(form) != deletes).ToList();
        if (forms.Count > 0)
        {
            var form = forms[_random.Next(forms.Count)];
            _expected.SetDeleted(form, deletes);
            await server.SetDeletedAsync(form, deletes);
        }
    }

    private async Task SyncAsync(SimulatedPhone phone, bool isLost)
    {
        if (isLost && phone.IsOdd())
        {
            return; // it would purge twice before it has an answer
        }
        await ResendUnacknowledgedAsync(phone);
        foreach (var form in _waiting[phone])
        {
            await DeliverAsync(form, phone.Token);
        }
        _waiting[phone].Clear();
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
        Xunit.Assert.Equal(
            _members.Where(member => member.User == phone.User).Select(member => member.Group).Order(),
            phone.Groups.Order()
        );
        Check(phone);
        Syncs++;
    }

    private void Check(SimulatedPhone phone)
    {
        var there = _expected.There.ToDictionary();
        var live = new NaiveRules(there.Select(pair => SimulatedPhone.Naive(pair.Key, pair.Value, phone.Owns(pair.Value.Owner)))).Live();
        foreach (var id in live)
        {
            Xunit.Assert.True(phone.Cases.TryGetValue(id, out var onPhone), $"{phone.User} lacks {id}: {there[id]}");
            var expected = there[id].Without(target => !there.ContainsKey(target)).ToString();
            Xunit.Assert.Equal(
                expected,
                onPhone.Closed && !there[id].Closed
                    ? onPhone.ToString().Replace(" closed", "", StringComparison.Ordinal)
                    : onPhone.ToString()
            );
        }
        Xunit.Assert.Subset(live, phone.AfterPurge());
    }
}
#pragma warning restore CA5394
