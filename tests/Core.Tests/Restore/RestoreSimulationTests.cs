using Microsoft.Extensions.Options;
using ServerlessRosa.Core.Cases;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Problems;
using ServerlessRosa.Core.Restore;
using ServerlessRosa.Core.Storage;
using ServerlessRosa.Core.Syncs;
using ServerlessRosa.Core.Tests.Cases;
using Xunit;

namespace ServerlessRosa.Core.Tests.Restore;

/// <summary>Phones and a desk, on the real tables.</summary>
public sealed class RestoreSimulationTests
{
    [Theory, Clause("CC-115"), Clause("CC-116"), Clause("CC-129")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task After_each_sync_a_phone_has_what_the_rules_say(int seed)
    {
        var server = await TableServer.CreateAsync();
        var simulation = new CaseSimulation(seed, server.Stem, server, [new("u1"), new("u2"), new("u3")], ["g1", "g2"]);
        for (var step = 0; step < 150; step++)
        {
            await simulation.StepAsync();
        }
        Assert.InRange(simulation.Syncs, 30, 100);
    }

    private sealed class TableServer : ICaseServer
    {
        private readonly CaseStorage _storage;
        private readonly SyncsTable _syncs;
        private readonly PrepareRestore _prepare;
        private readonly ExpectedCases _expected = new();
        private readonly HashSet<(string User, string Group)> _members = [];
        private int _serial;

        private TableServer(CaseStorage storage, StorageAccount account)
        {
            (_storage, _syncs) = (storage, new SyncsTable(account));
            _prepare = new PrepareRestore(
                _syncs,
                new SyncsContainer(account),
                storage.Cases,
                storage.Owners,
                storage.Indices,
                TimeProvider.System
            );
        }

        public string Stem => _storage.Project.ToString();

        public static async Task<TableServer> CreateAsync()
        {
            var account = new StorageAccount(
                Options.Create(new StorageOptions { ConnectionString = await TestStorage.ConnectionStringAsync() })
            );
            return new TableServer(await CaseStorage.CreateAsync(), account);
        }

        // What processing a form does: each case changes once, and the journal follows before the phone has its 201.
        public async Task SubmitAsync(SimulatedForm form, string? token)
        {
            var isLate = _expected.IsLate(form);
            if (!_expected.Take(form))
            {
                return; // all of it is there
            }
            var versions = new Dictionary<string, int>();
            foreach (var ofCase in form.Blocks.GroupBy(block => block.Id))
            {
                var expected = _expected[ofCase.Key];
                var removed = ofCase
                    .SelectMany(block => block.Indices)
                    .Where(index => !expected.Indices.ContainsKey(index.Identifier))
                    .Select(index => index.Identifier)
                    .ToHashSet();
                await ChangeAsync(ofCase.Key, current => ToCase(ofCase.Key, expected, current, removed));
                versions[ofCase.Key] = (await _storage.GetAsync(CaseSketch.Id(ofCase.Key))).Version;
            }
            if (SyncToken.TryParse(token, out var since))
            {
                var effects = form
                    .Blocks.Select(block => new CaseEffect(
                        CaseSketch.Id(block.Id),
                        block.Creates,
                        block.Owner is null ? null : new OwnerId(block.Owner),
                        block.Closes,
                        [.. block.Indices.Select(ToIndex)],
                        isLate ? null : versions[block.Id]
                    ))
                    .ToList();
                await _syncs.WriteJournalAsync(
                    _storage.Project,
                    since,
                    new JournalEntry(InstanceId.Parse(form.Id), "hash", DateTimeOffset.UtcNow, effects) { Date = form.Date },
                    CancellationToken.None
                );
            }
        }

        public async Task<(IReadOnlyList<PhoneBlock> Blocks, string Token, HashSet<string> Groups)?> SyncAsync(SimulatedPhone phone)
        {
            HashSet<string> groups = [.. _members.Where(member => member.User == phone.User).Select(member => member.Group)];
            HashSet<OwnerId> owners = [new(phone.User), .. groups.Select(group => new OwnerId(group))];
            try
            {
                var request = new RestoreRequest(_storage.Project, new OwnerId(phone.User), new OwnerId(phone.User))
                {
                    Owners = owners,
                    Since = phone.Token,
                    State = phone.State(),
                };
                await using var restore = await _prepare.RunAsync(request, CancellationToken.None);
                var count = _serial++ % 2 == 0 ? await restore.CountAsync(CancellationToken.None) : (int?)null;
                var blocks = await restore.SendAsync(CancellationToken.None).Select(ToBlock).ToListAsync();
                await restore.CommitAsync(CancellationToken.None);
                var items = blocks.Sum(block => 1 + block.Stock.Select(stock => stock.Section).Distinct().Count());
                Assert.Equal(count ?? items, items);
                return (blocks, restore.Token.Value, groups);
            }
            catch (ProblemException e) when (e.Problem.Status == 412)
            {
                return null;
            }
        }

        public Task PutInGroupAsync(string user, string group, bool isIn) =>
            Task.FromResult(isIn ? _members.Add((user, group)) : _members.Remove((user, group)));

        // Rows of cases with an index to a created or deleted case are not written here: the restore must detect the change itself.
        public async Task SetDeletedAsync(SimulatedForm form, bool deleted)
        {
            _expected.SetDeleted(form, deleted);
            foreach (var id in ExpectedCases.CasesOf(form))
            {
                await ChangeAsync(
                    id,
                    current =>
                        _expected.IsThere(id)
                            ? ToCase(
                                id,
                                _expected[id],
                                current! with
                                {
                                    Deleted = false,
                                    Indices = [],
                                    Forgotten = [.. current.Forgotten.Union(current.Properties.Keys)],
                                },
                                []
                            )
                            : current! with
                            {
                                Deleted = true,
                                Version = current.Version + 1,
                            }
                );
            }
        }

        private Task<IReadOnlyList<CaseWrite>> ChangeAsync(string id, Func<Case?, Case?> change) =>
            _storage.ChangeAsync(CaseSketch.Id(id), change);

        private Case ToCase(string id, PhoneCase expected, Case? current, HashSet<string> removed)
        {
            var before =
                current
                ?? new Case(CaseSketch.Id(id), _storage.Project)
                {
                    ModifiedBy = "u",
                    Type = "type",
                    Name = "name",
                };
            var tombstones = before
                .Indices.Where(index => index.Target is null)
                .Select(index => index.Identifier)
                .Union(removed)
                .Except(expected.Indices.Keys);
            return before with
            {
                Version = before.Version + 1,
                Owner = new OwnerId(expected.Owner),
                Closed = expected.Closed,
                Properties = new Dictionary<string, string>(expected.Properties),
                Ledger =
                [
                    .. before
                        .Ledger.Select(balance => $"{balance.Section}/{balance.Entry}")
                        .Union(expected.Stock.Keys)
                        .Select(key => new LedgerBalance(key.Split('/')[0], key.Split('/')[1], expected.Stock.GetValueOrDefault(key))),
                ],
                Indices =
                [
                    .. expected.Indices.Select(index => ToIndex(new PhoneIndex(index.Key, index.Value.Target, index.Value.Extension))),
                    .. tombstones.Select(identifier => ToIndex(new PhoneIndex(identifier, null, false))),
                ],
            };
        }

        private static PhoneBlock ToBlock(SentCase sent) =>
            new(sent.Case.Id.Value)
            {
                Creates = sent.Creates,
                Owner = CaseState.OwnerOf(sent.Case).Value,
                Properties = new Dictionary<string, string>(
                    sent.Case.Forgotten.Where(name => !sent.Creates && !sent.Case.Properties.ContainsKey(name))
                        .Select(name => KeyValuePair.Create(name, ""))
                        .Concat(sent.Case.Properties)
                ),
                Indices =
                [
                    .. sent.Indices.Select(index => new PhoneIndex(
                        index.Identifier,
                        index.Target?.Value,
                        index.Relationship == CaseRelationship.Extension
                    )),
                ],
                Closes = sent.Closes,
                Stock = [.. sent.Case.Ledger.Select(one => new PhoneStock(one.Section, one.Entry, one.Quantity, false))],
            };

        private static CaseIndex ToIndex(PhoneIndex index) =>
            new(
                index.Identifier,
                index.Target is null ? null : CaseSketch.Id(index.Target),
                "type",
                index.Extension ? CaseRelationship.Extension : CaseRelationship.Child
            );
    }
}
