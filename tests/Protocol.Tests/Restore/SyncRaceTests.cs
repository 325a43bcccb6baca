using System.Globalization;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using static ServerlessRosa.Protocol.Tests.Restore.RestoredCaseTests;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>Phones that are all at it at the same time, at two processes.</summary>
public sealed class SyncRaceTests
{
    private const int Steps = 30;
    private const int Shared = 4;

    [Fact, Clause("CC-096"), Clause("CC-119"), Clause("CC-126"), Clause("CC-129"), Clause("CC-138")]
    public async Task Phones_that_work_on_the_same_cases_at_once_end_up_with_what_the_server_has()
    {
        var domain = await Domain.StartAsync(await Processes.FirstAsync());
        var elsewhere = domain.On(await Processes.RememberingAsync());
        Worker[] workers = [await domain.WorkerAsync(), await domain.WorkerAsync(), await domain.WorkerAsync()];
        var group = await domain.CreateAsync(
            "group",
            new
            {
                name = "North",
                case_sharing = true,
                users = workers.Select(worker => worker.Id),
            }
        );
        DomainPhone[] phones = [new(domain, workers[0]), new(elsewhere, workers[1]), new(domain, workers[2])];
        await SubmitWithoutPhoneAsync(domain, [.. Enumerable.Range(0, Shared).Select(_ => Create(Id(), phones[0]) with { Owner = group })]);
        foreach (var phone in phones)
        {
            Assert.Equal(Shared, (await phone.SyncAsync()).Split(' ').Length);
        }

        var forms = await Task.WhenAll(phones.Select((phone, number) => WorkAsync(phone, group, number)));

        foreach (var phone in phones)
        {
            await phone.SyncAsync();
            Assert.Equal("", await phone.SyncAsync());
            var fresh = new DomainPhone(domain, phone.Worker);
            await fresh.SyncAsync();
            Assert.Equal(CasesText(fresh), CasesText(phone));
        }
        var tables = (await CaseTables.ReadAsync(domain.Programme.Id)).ShouldAgree();
        Assert.Equal(forms.Sum() + Shared, tables.Cases.Sum(id => tables[id]["Transactions"]!.AsArray().Count));
    }

    // Returns how many blocks it sent: each is about another case of its form.
    private static async Task<int> WorkAsync(DomainPhone phone, string group, int number)
    {
#pragma warning disable CA5394 // Test data.
        var random = new Random(number);
        var sent = 0;
        for (var step = 0; step < Steps; step++)
        {
            var open = phone.Simulated.Cases.Where(one => !one.Value.Closed).Select(one => one.Key).ToList();
            if (open.Count == 0 || random.Next(3) == 0)
            {
                await phone.SyncAsync();
                continue;
            }
            var (first, second) = (open[random.Next(open.Count)], open[random.Next(open.Count)]);
            var properties = new Dictionary<string, string>
            {
                [string.Create(CultureInfo.InvariantCulture, $"p{number}")] = step.ToString(CultureInfo.InvariantCulture),
            };
            PhoneBlock[] blocks = random.Next(6) switch
            {
                0 => [Create(Id(), phone) with { Properties = properties, Indices = [new("parent", first, false)] }],
                1 =>
                [
                    new(Id())
                    {
                        Creates = true,
                        Owner = "-",
                        Properties = properties,
                        Indices = [new("host", first, true)],
                    },
                ],
                2 => [new(first) { Properties = properties, Owner = random.Next(2) == 0 ? group : phone.Worker.Id }],
                3 when open.Count > Shared => [new(first) { Properties = properties, Closes = true }],
                _ when first != second => [new(first) { Properties = properties }, new(second) { Properties = properties }],
                _ => [new(first) { Properties = properties }],
            };
            await phone.SubmitAsync(blocks);
            sent += blocks.Length;
        }
        return sent;
#pragma warning restore CA5394
    }

    // When a case was opened, only the server says.
    private static string CasesText(DomainPhone phone)
    {
        phone.Simulated.Purge();
        foreach (var one in phone.Simulated.Cases.Values)
        {
            one.Properties.Remove("date_opened");
        }
        return string.Join(
            '\n',
            phone.Simulated.Cases.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}: {one.Value}")
        );
    }
}
