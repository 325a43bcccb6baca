using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Submissions;
using ServerlessRosa.Core.Tests.Cases;
using Xunit;

namespace ServerlessRosa.Core.Tests.Restore;

/// <summary>
/// Three phones and somebody at a desk work on the same cases, in ways that no form would: on the real tables, with a model of a phone, and with the
/// rules as the text has them. After every sync the phone has what the rules say, and no state is refused that a phone would really have.
/// </summary>
#pragma warning disable CA5394 // Test data.
public sealed class RestoreSimulationTests
{
    [Theory, Clause("CC-115"), Clause("CC-116"), Clause("CC-129")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_each_sync_a_phone_has_what_the_rules_say(int seed)
    {
        var world = await World.CreateAsync(seed);
        for (var step = 0; step < 150; step++)
        {
            await world.StepAsync();
        }
        Assert.True(world.Syncs > 30, $"{world.Syncs} syncs.");
    }

    private sealed class World
    {
        private static readonly string[] Identifiers = ["parent", "host"];
        private static readonly string[] Owners = ["u1", "u2", "u3", "g1", "g2", "nobody"];
        private readonly Random _random;
        private readonly CaseStorage _storage;
        private readonly SyncsTable _syncs;
        private readonly PrepareRestore _prepare;
        private readonly List<string> _ids = [];
        private readonly Dictionary<string, HeldCase> _truth = [];
        private readonly HashSet<string> _deleted = [];
        private readonly SimulatedPhone[] _phones = [new("u1"), new("u2"), new("u3")];
        private readonly Dictionary<string, HashSet<string>> _groups = new() { ["u1"] = ["g1"], ["u2"] = ["g1", "g2"], ["u3"] = [] };
        private int _serial;

        private World(int seed, CaseStorage storage, StorageAccount account)
        {
            (_random, _storage, _syncs) = (new Random(seed), storage, new SyncsTable(account));
            _prepare = new PrepareRestore(_syncs, new SyncsContainer(account), storage.Cases, storage.Owners, storage.Indices, TimeProvider.System);
        }

        public int Syncs { get; private set; }

        public static async Task<World> CreateAsync(int seed)
        {
            var account = new StorageAccount(Options.Create(new StorageOptions { ConnectionString = await TestStorage.ConnectionStringAsync() }));
            return new World(seed, await CaseStorage.CreateAsync(), account);
        }

        public async Task StepAsync()
        {
            var phone = _phones[_random.Next(_phones.Length)];
            switch (_random.Next(20))
            {
                case < 7: await SubmitAsync(phone); break;
                case < 11: await AtTheDeskAsync(); break;
                case 11: Toggle(_groups[phone.User], _random.Next(2) == 0 ? "g1" : "g2"); break;
                case 12: await (_random.Next(2) == 0 ? DeleteAsync() : ReopenAsync()); break;
                case 13: await SyncAsync(phone, isLost: true); break;
                default: await SyncAsync(phone, isLost: false); break;
            }
        }

        // What the phone can do: to the cases that it holds, in a form of one to three blocks.
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
            await ApplyAsync(blocks, phone.Token);
        }

        private async Task AtTheDeskAsync()
        {
            var there = _ids.Where(id => !_deleted.Contains(id)).ToList();
            await ApplyAsync([there.Count == 0 || _random.Next(3) == 0 ? Create("desk", there) : Change(there[_random.Next(there.Count)], there)], null);
        }

        private PhoneBlock Create(string creator, List<string> there)
        {
            var id = $"{_storage.Project}-{_ids.Count:000}";
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

        private string AnyOwner() => Owners[_random.Next(Owners.Length)];

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

        // What processing a form does: each case changes once, and the journal follows before the phone has its 201.
        private async Task ApplyAsync(List<PhoneBlock> blocks, string? token)
        {
            var versions = new Dictionary<string, int>();
            foreach (var ofCase in blocks.GroupBy(block => block.Id))
            {
                if (!_truth.TryGetValue(ofCase.Key, out var truth))
                {
                    _truth.Add(ofCase.Key, truth = new HeldCase());
                }
                foreach (var block in ofCase)
                {
                    truth.Apply(block);
                }
                var tombstones = ofCase.SelectMany(block => block.Indices).Where(index => !truth.Indices.ContainsKey(index.Identifier)).Select(index => index.Identifier).ToHashSet();
                await _storage.ChangeAsync(Id(ofCase.Key), current => ToCase(ofCase.Key, truth, current, tombstones));
                versions[ofCase.Key] = (await _storage.GetAsync(Id(ofCase.Key))).Version;
            }
            if (token is not null && SyncToken.TryParse(token, out var since))
            {
                var effects = blocks.Select(block => new CaseEffect(
                    Id(block.Id), block.Creates, block.Owner is null ? null : new OwnerId(block.Owner), block.Closes,
                    [.. block.Indices.Select(ToIndex)], versions[block.Id])).ToList();
                await _syncs.WriteJournalAsync(_storage.Project, since, new JournalEntry(InstanceId.Parse($"uuid:{_serial++}"), DateTimeOffset.UtcNow, effects), CancellationToken.None);
            }
        }

        // A deletion counts as a change of those that point at the case, unless the server's graph has to notice by itself.
        private async Task DeleteAsync()
        {
            var there = _ids.Where(id => !_deleted.Contains(id)).ToList();
            if (there.Count > 0)
            {
                var id = there[_random.Next(there.Count)];
                _deleted.Add(id);
                await _storage.ChangeAsync(Id(id), current => current! with { Deleted = true, Version = current.Version + 1 });
            }
        }

        // By an edit of the form that closed it. No phone that holds the case closed can be told, until it has purged it (spec 5.7).
        private async Task ReopenAsync()
        {
            var closed = _ids.Where(id => !_deleted.Contains(id) && _truth[id].Closed).ToList();
            if (closed.Count > 0)
            {
                var id = closed[_random.Next(closed.Count)];
                _truth[id].Closed = false;
                await _storage.ChangeAsync(Id(id), current => current! with { Closed = false, Version = current.Version + 1 });
            }
        }

        private async Task SyncAsync(SimulatedPhone phone, bool isLost)
        {
            if (phone.Token is not null && phone.IsOdd() && isLost)
            {
                return;   // would purge twice before it has an answer
            }
            phone.Purge();
            var (blocks, token) = await AskAsync(phone, phone.Token, phone.State());
            if (isLost)
            {
                return;
            }
            if (blocks is null)
            {
                Assert.Fail($"{phone.User} was refused a state.");
            }
            foreach (var block in blocks)
            {
                phone.Apply(block);
            }
            (phone.Token, phone.Groups) = (token, [.. _groups[phone.User]]);
            Check(phone);
            Syncs++;
        }

        private async Task<(List<PhoneBlock>? Blocks, string Token)> AskAsync(SimulatedPhone phone, string? since, string state)
        {
            try
            {
                HashSet<OwnerId> owners = [new(phone.User), .. _groups[phone.User].Select(group => new OwnerId(group))];
                var request = new RestoreRequest(_storage.Project, new OwnerId(phone.User), new OwnerId(phone.User), owners) { Since = since, State = state };
                await using var restore = await _prepare.RunAsync(request, CancellationToken.None);
                var count = _random.Next(2) == 0 ? await restore.CountAsync(CancellationToken.None) : -1;
                var blocks = await restore.SendAsync(CancellationToken.None).Select(ToBlock).ToListAsync();
                await restore.CommitAsync(CancellationToken.None);
                Assert.True(count < 0 || count == blocks.Count);
                Assert.Equal(blocks.Count, blocks.DistinctBy(block => block.Id).Count());
                return (blocks, restore.Token.Value);
            }
            catch (ProblemException e) when (e.Problem.Status == 412)
            {
                return (null, "");
            }
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
                Assert.True(phone.Cases.TryGetValue(id, out var held), $"{phone.User} lacks {id}: {truth}");
                Assert.Equal(truth.ToString(), held.Closed && !truth.Closed ? held.ToString().Replace(" closed", "", StringComparison.Ordinal) : held.ToString());
            }
            var later = new SimulatedPhone(phone.User) { Groups = phone.Groups };
            foreach (var (id, held) in phone.Cases)
            {
                later.Cases.Add(id, held);
            }
            later.Purge();
            Assert.Subset(live, later.Cases.Keys.ToHashSet());
        }

        private Case ToCase(string id, HeldCase truth, Case? current, HashSet<string> tombstones)
        {
            var before = current ?? new Case(Id(id), _storage.Project) { ModifiedBy = "u", Type = "type", Name = "name" };
            var kept = before.Indices.Where(index => index.Target is null && !truth.Indices.ContainsKey(index.Identifier) && !tombstones.Contains(index.Identifier));
            return before with
            {
                Version = before.Version + 1,
                Owner = new OwnerId(truth.Owner),
                Closed = truth.Closed,
                Properties = new Dictionary<string, string>(truth.Properties),
                Indices =
                [
                    .. truth.Indices.Select(index => ToIndex(new PhoneIndex(index.Key, index.Value.Target, index.Value.Extension))),
                    .. tombstones.Select(identifier => ToIndex(new PhoneIndex(identifier, null, false))), .. kept,
                ],
            };
        }

        private static PhoneBlock ToBlock(SentCase sent) => new(sent.Case.Id.Value)
        {
            Creates = sent.Creates,
            Owner = CaseState.OwnerOf(sent.Case).Value,
            Properties = sent.Case.Properties,
            Indices = [.. sent.Indices.Select(index => new PhoneIndex(index.Identifier, index.Target?.Value, index.Relationship == CaseRelationship.Extension))],
            Closes = sent.Closes,
        };

        private static CaseIndex ToIndex(PhoneIndex index) =>
            new(index.Identifier, index.Target is null ? null : Id(index.Target), "type", index.Extension ? CaseRelationship.Extension : CaseRelationship.Child);

        private static CaseId Id(string id) => CaseSketch.Id(id);

        private static void Toggle(HashSet<string> set, string name)
        {
            if (!set.Remove(name))
            {
                set.Add(name);
            }
        }
    }
}
#pragma warning restore CA5394
