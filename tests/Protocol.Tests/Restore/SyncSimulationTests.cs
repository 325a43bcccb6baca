using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Maintenance;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>Phones and a desk, over HTTP: forms through the receiver, groups through their API.</summary>
[StartsFirst]
public sealed class SyncSimulationTests
{
    [Theory, Clause("CC-107"), Clause("CC-115"), Clause("CC-129"), Clause("CC-138"), Clause("CC-154"), Clause("CC-156"), Clause("CC-157")]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(110)]
    public async Task After_each_sync_a_phone_has_what_the_rules_say(int seed)
    {
        var domain = await Domain.StartAsync();
        Worker[] workers = [await domain.WorkerAsync(), await domain.WorkerAsync(), await domain.WorkerAsync()];
        var server = new HttpServer(domain, workers);
        string[] groups = [await server.AddGroupAsync("North"), await server.AddGroupAsync("South")];
        var simulation = new CaseSimulation(
            seed,
            RestoredCaseTests.Id(),
            server,
            [.. workers.Select(worker => new SimulatedPhone(worker.Id))],
            groups
        );
        for (var step = 0; step < 300; step++)
        {
            await simulation.StepAsync();
        }
        Assert.InRange(simulation.Syncs, 60, 150);
        (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();
        await domain.Programme.ShouldBeConsistentAsync();
    }

    private sealed class HttpServer(Domain domain, Worker[] workers) : ICaseServer
    {
        private readonly Dictionary<string, HashSet<string>> _members = [];
        private readonly Dictionary<string, string> _sent = [];
        private int _serial;

        public async Task<string> AddGroupAsync(string name)
        {
            var group = (
                await domain.Admin.PostJsonAsync(
                    domain.Api("group/"),
                    new
                    {
                        name,
                        case_sharing = true,
                        users = Array.Empty<string>(),
                    }
                )
            ).ShouldBe(HttpStatusCode.Created);
            var id = group.Json.GetProperty("id").GetString()!;
            _members.Add(id, []);
            return id;
        }

        public async Task SubmitAsync(SimulatedForm form, string? token)
        {
            var xml = _sent.TryGetValue(form.Id, out var sent)
                ? sent
                : _sent[form.Id] = CaseForms.Xml(
                    form.Id,
                    form.User,
                    [
                        .. form.Blocks.SelectMany(block =>
                            CaseForms.Ledgers(block, form.Date).Prepend(CaseForms.Element(block, form.User, form.Date))
                        ),
                    ]
                );
            await domain.SubmitAsync(workers.SingleOrDefault(worker => worker.Id == form.User)?.Phone ?? domain.Admin, token, xml);
        }

        public async Task<(IReadOnlyList<PhoneBlock> Blocks, string Token, HashSet<string> Groups)?> SyncAsync(SimulatedPhone phone)
        {
            var since = phone.Token is null ? "" : $"since={phone.Token}&state={phone.State()}&";
            var answer = await domain.RestoreAsync(ApiOf(phone), $"{since}items={(_serial++ % 2 == 0 ? "true" : "false")}");
            if (answer.Status == HttpStatusCode.PreconditionFailed)
            {
                return null;
            }
            var restore = RestoreDocument.Of(answer);
            return ([.. restore.Blocks.Select(OwnPropertiesOf)], restore.Token, restore.Groups);
        }

        public async Task PutInGroupAsync(string user, string group, bool isIn)
        {
            _ = isIn ? _members[group].Add(user) : _members[group].Remove(user);
            (await domain.PutAsync($"group/{group}/", new { users = _members[group] })).ShouldBe(HttpStatusCode.OK);
        }

        public async Task SetDeletedAsync(SimulatedForm form, bool deleted)
        {
            var submission = $"{domain.Programme.FormPath(CaseForms.Namespace)}/submissions/{form.Id}";
            (await (deleted ? domain.Admin.DeleteAsync(submission) : domain.Admin.PostAsync($"{submission}/restore"))).ShouldBe(
                HttpStatusCode.OK
            );
        }

        private Api ApiOf(SimulatedPhone phone) => workers.Single(worker => worker.Id == phone.User).Phone;

        // A restore says when a case was opened, which a phone that opened it does not write down as a property.
        private static PhoneBlock OwnPropertiesOf(PhoneBlock block) =>
            block with
            {
                Properties = block.Properties.Where(property => property.Key.StartsWith('p')).ToDictionary(),
            };
    }
}
