using System.Net;
using ServerlessRosa.Protocol.Tests.Infrastructure;
using ServerlessRosa.XlsForms.Tests;

namespace ServerlessRosa.Protocol.Tests.Forms;

/// <summary>How much memory workbooks take, on a server that does nothing else.</summary>
public sealed class WorkbookMemoryTests
{
    private const long Limit = 256 << 20;
    private const int AtOnce = 4;

    [Fact, Clause("OR-163")]
    public async Task Memory_is_bounded_for_refused_and_converted_workbooks()
    {
        await using var storage = await OwnStorage.StartAsync();
        var programme = await Programme.StartAsync(storage.Server);
        await programme.PublishWorkbookAsync();
        foreach (var (name, make) in HostileWorkbooks.Refused.Concat(HostileWorkbooks.Converted))
        {
            var workbook = await BytesAsync(make());
            var memory = PeakMemory.Watch(storage.Server.App!.ProcessId);
            var answer = await programme.CreateFromWorkbookAsync(workbook, "?ignoreWarnings=true", fallback: Samples.Unique("hostile"));
            Assert.True((int)answer.Status < 500, $"{name}: {answer.Text}");
            Assert.True(memory.Growth < Limit, $"{name} took {memory.Growth >> 20} MiB.");
        }
    }

    [Fact, Clause("OR-163")]
    public async Task Large_workbooks_that_come_at_once_are_converted_one_after_the_other()
    {
        await using var storage = await OwnStorage.StartAsync();
        var programme = await Programme.StartAsync(storage.Server);
        await programme.PublishWorkbookAsync();
        var workbook = MeasuredForms.Form(300, 100_000).ToArray();
        var memory = PeakMemory.Watch(storage.Server.App!.ProcessId);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, AtOnce)
                .Select(i => programme.CreateFromWorkbookAsync(workbook, "?publish=true&ignoreWarnings=true", fallback: $"large {i}"))
        );
        Assert.All(answers, answer => answer.ShouldBe(HttpStatusCode.OK));
        Assert.True(memory.Growth < 2 * Limit, $"They took {memory.Growth >> 20} MiB.");
    }

    private static async Task<byte[]> BytesAsync(Stream file)
    {
        using var copy = new MemoryStream();
        await using (file)
        {
            await file.CopyToAsync(copy);
        }
        return copy.ToArray();
    }
}
