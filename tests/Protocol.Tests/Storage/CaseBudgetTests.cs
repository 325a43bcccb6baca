using System.Net;
using ServerlessRosa.Protocol.Tests.Cases;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.Protocol.Tests.Restore;
using static ServerlessRosa.Protocol.Tests.Cases.CaseDesk;

namespace ServerlessRosa.Protocol.Tests.Storage;

/// <summary>How many storage operations forms with case blocks cost (docs/architecture.md, budgets), at a process that knows the worker
/// and the form.</summary>
public sealed class CaseBudgetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public async Task A_form_costs_two_operations_for_each_case_that_it_changes_and_five_more(int cases)
    {
        var (desk, phone, ids, token) = await SetUpAsync(cases);
        string Form() => desk.Form(Guid.NewGuid().ToString(), [.. ids.Select(id => Update(id, "<n0:x>1</n0:x>"))]);

        await CostsAsync(5 + (2 * cases), () => desk.PostAsync(Form(), phone));
        await CostsAsync(
            5 + (2 * cases),
            () => desk.PostAsync(desk.Form(Guid.NewGuid().ToString(), [.. ids.Select(_ => desk.Create(NewId()))]), phone)
        );

        // With a sync token, the journal.
        await CostsAsync(6 + (2 * cases), () => desk.PostAsync(Form(), phone.With("X-CommCareHQ-LastSyncToken", token)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public async Task A_duplicate_form_costs_one_operation_when_cached_and_otherwise_no_more_than_the_first_time(int cases)
    {
        var (desk, phone, ids, token) = await SetUpAsync(cases);
        var form = desk.Form(Guid.NewGuid().ToString(), [.. ids.Select(id => Update(id, "<n0:x>1</n0:x>"))]);
        var tokened = phone.With("X-CommCareHQ-LastSyncToken", token);
        (await desk.PostAsync(form, tokened)).ShouldBeSuccess();

        await CostsAsync(1, () => desk.PostAsync(form, phone));
        await CostsAsync(2 + cases, () => desk.PostAsync(form, tokened));

        var others = await Processes.AlsoRememberingAsync();
        (await desk.PostAsync(desk.Form(Guid.NewGuid().ToString()), phone.At(others))).ShouldBeSuccess();
        await CostsAsync(5 + cases, () => desk.PostAsync(form, phone.At(others)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public async Task An_edit_costs_three_operations_for_each_case_and_28_more(int cases)
    {
        var (desk, phone, ids, _) = await SetUpAsync(cases);
        var id = Guid.NewGuid().ToString();
        (await desk.PostAsync(desk.Form(id, [.. ids.Select(one => Update(one, "<n0:x>1</n0:x>"))]), phone)).ShouldBeSuccess();
        await CostsAsync(
            28 + (3 * cases),
            () => desk.PostAsync(desk.Form(id, [.. ids.Select(one => Update(one, "<n0:x>2</n0:x>"))]), phone)
        );
    }

    // Cases that are there, a process that knows the worker and the form, and a token of the worker's.
    private static async Task<(CaseDesk Desk, Api Phone, string[] Ids, string Token)> SetUpAsync(int cases)
    {
        var desk = await CaseDesk.OpenAsync(await Processes.FirstAsync());
        var ids = Enumerable.Range(0, cases).Select(_ => NewId()).ToArray();
        await desk.SubmitAsync([.. ids.Select(id => desk.Create(id))]);
        var token = RestoreDocument.Of(await desk.Domain.RestoreAsync(desk.Worker.Phone)).Token;
        var phone = desk.Worker.Phone.At(await Processes.RememberingAsync());
        (await desk.PostAsync(desk.Form(Guid.NewGuid().ToString()), phone)).ShouldBeSuccess();
        return (desk, phone, ids, token);
    }

    private static async Task CostsAsync(int budget, Func<Task<Answer>> request)
    {
        var cost = (await request()).ShouldBe(HttpStatusCode.Created).StorageOperations;
        Assert.True(cost <= budget, $"It cost {cost} operations, and {budget} are allowed.");
    }
}
