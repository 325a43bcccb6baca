using Microsoft.AspNetCore.Http;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>A phone may delete the forms that a list lacks: whatever happens to storage, a list is whole or it is an error.</summary>
public sealed class FormListFaultTests(FormListFaultTests.Setting setting) : IClassFixture<FormListFaultTests.Setting>
{
    private const int Forms = 12;
    private const int Page = 5;

    [Theory, Clause("OR-108")]
    [InlineData(Fault.ServerError, 1)]
    [InlineData(Fault.ServerError, 3)]
    [InlineData(Fault.Dropped, 2)]
    [InlineData(Fault.CutOff, 1)]
    [InlineData(Fault.CutOff, 3)]
    public async Task A_form_list_that_cannot_be_read_completely_is_a_500(Fault fault, int from)
    {
        var list = await setting.NewListAsync();
        setting.Storage.Fail(fault, IsListing, from);
        (await list("")).ShouldBeOpenRosaError(500, "trace id");
        Assert.True(setting.Storage.Seen > from, "The page was not asked for again.");

        // Nothing of the half list was kept.
        setting.Storage.StopFailing();
        Assert.Equal(Forms, (await list("")).FormList().Count);
    }

    [Theory, Clause("OR-108")]
    [InlineData(Fault.ServerError)]
    [InlineData(Fault.Dropped)]
    [InlineData(Fault.CutOff)]
    [InlineData(Fault.Delayed)]
    public async Task A_transient_storage_fault_is_retried(Fault fault)
    {
        var list = await setting.NewListAsync();
        setting.Storage.Fail(fault, IsListing, from: 2, count: 1);
        Assert.Equal(Forms, (await list("")).FormList().Count);
        Assert.InRange(setting.Storage.Seen, (Forms / Page) + 1, (Forms / Page) + 2);
    }

    [Theory, Clause("OR-108")]
    [InlineData(Fault.ServerError)]
    [InlineData(Fault.CutOff)]
    public async Task A_cached_form_list_that_cannot_be_revalidated_is_a_500(Fault fault)
    {
        var list = await setting.NewListAsync();
        Assert.Equal(Forms, (await list("")).FormList().Count);
        setting.Storage.Fail(fault, request => IsRead(request) && request.Path.Value!.Contains("/forms(", StringComparison.Ordinal));
        (await list("")).ShouldBeOpenRosaError(500, "trace id");
    }

    [Fact, Clause("OR-108")]
    public async Task Unreadable_form_versions_are_a_500()
    {
        var list = await setting.NewListAsync();
        setting.Storage.Fail(
            Fault.ServerError,
            request => request.Path.Value!.Contains("/formVersions", StringComparison.Ordinal),
            from: 4
        );
        (await list("?listAllVersions=true")).ShouldBeOpenRosaError(500, "trace id");
    }

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method);

    private static bool IsListing(HttpRequest request) =>
        IsRead(request) && request.Path.Value!.EndsWith("/forms()", StringComparison.Ordinal);

    /// <summary>A process whose storage fails on demand and lists in small pages. The tests of a class run one after the other, so they
    /// can share it.</summary>
    public sealed class Setting : IAsyncLifetime
    {
        private FaultyServer _faulty = null!;

        public FaultyStorage Storage => _faulty.Storage;

        public async Task InitializeAsync()
        {
            _faulty = await FaultyServer.TakeAsync();
            Storage.PageSize = Page;
        }

        public async Task DisposeAsync() => await _faulty.DisposeAsync();

        /// <summary>The list of a project with more forms than a page has, which the process has not seen yet.</summary>
        public async Task<Func<string, Task<Answer>>> NewListAsync()
        {
            Storage.StopFailing();
            var programme = await Programme.StartAsync(await Processes.FirstAsync());
            await Task.WhenAll(Enumerable.Range(0, Forms).Select(i => programme.PublishAsync(id: $"form {i}")));
            return query => programme.Admin.OpenRosa.At(_faulty.Server).GetAsync($"{programme.Path}/formList{query}");
        }
    }
}
