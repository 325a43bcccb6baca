using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using LocalFunctionsHost.Rpc;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using static System.Globalization.CultureInfo;

namespace LocalFunctionsHost;

/// <summary>Runs a queue function for each message of its queue, several at a time. A message whose function failed is visible again
/// after a while; the one that failed too often goes to <c>{queue}-poison</c>.</summary>
internal sealed partial class Queues(WorkerSupervisor workers, AppFolder app, ILogger<Queues> logger) : BackgroundService
{
    /// <summary>For which a running function hides its message, as the real host does; renewed at half of it.</summary>
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    private readonly int _atOnce = app.Setting("queues", "batchSize")?.GetInt32() ?? 16;
    private readonly int _attempts = app.Setting("queues", "maxDequeueCount")?.GetInt32() ?? 5;
    private readonly TimeSpan _afterFailure = Time(app, "visibilityTimeout", TimeSpan.Zero);
    private readonly TimeSpan _longestPause = Time(app, "maxPollingInterval", TimeSpan.FromMinutes(1));
    private readonly QueueMessageEncoding _encoding =
        app.Setting("queues", "messageEncoding")?.GetString() == "none" ? QueueMessageEncoding.None : QueueMessageEncoding.Base64;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (await workers.ReadyAsync(stoppingToken) is { } worker)
            await Task.WhenAll(worker.Functions.Enabled<QueueFunction>().Select(function => FollowAsync(function, stoppingToken)));
    }

    private async Task FollowAsync(QueueFunction function, CancellationToken cancellationToken)
    {
        var poison = new QueueClient(function.ConnectionString, $"{function.Queue}-poison");
        var options = new QueueClientOptions { MessageEncoding = _encoding };
        options.MessageDecodingFailed += async failed => await SetAsideAsync(failed.Queue, poison, failed.ReceivedMessage);
        var queue = new QueueClient(function.ConnectionString, function.Queue, options);
        var running = new List<Task>();
        for (var pause = ShortestPause; ;)
        {
            var found = await ReceiveAsync(queue, cancellationToken);
            running.AddRange(found.Select(message => RunAsync(function, queue, poison, message)));
            pause =
                found.Length > 0 ? ShortestPause
                : pause * 2 < _longestPause ? pause * 2
                : _longestPause;
            while (running.Count > _atOnce / 2)
                running.Remove(await Task.WhenAny(running));
            if (found.Length == 0)
                await Task.Delay(pause, cancellationToken);
        }
    }

    // None when the queue does not exist yet, or storage does not answer.
    private async Task<QueueMessage[]> ReceiveAsync(QueueClient queue, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.ReceiveMessagesAsync(_atOnce, Hidden, cancellationToken);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    private async Task RunAsync(QueueFunction function, QueueClient queue, QueueClient poison, QueueMessage message)
    {
        using var end = new CancellationTokenSource();
        var hiding = HideAsync(queue, message, end.Token);
        var failure = "The host is to end.";
        if (await workers.ReadyAsync(CancellationToken.None) is { } worker)
        {
            var trigger = new TypedData { String = message.MessageText };
            var result = await worker.InvokeAsync(function, Guid.NewGuid().ToString(), trigger, MetadataOf(message));
            failure = result.Status == StatusResult.Types.Status.Success ? null : Worker.Describe(result);
        }
        await end.CancelAsync();
        var receipt = await hiding;
        try
        {
            if (failure is not null)
                LogFailure(logger, function.Name, failure);
            if (failure is null)
                await queue.DeleteMessageAsync(message.MessageId, receipt);
            else if (message.DequeueCount < _attempts)
                await queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: _afterFailure);
            else
                await SetAsideAsync(queue, poison, message);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            LogFailure(logger, function.Name, e.Message); // It is visible again when its time has passed.
        }
    }

    private static async Task<string> HideAsync(QueueClient queue, QueueMessage message, CancellationToken cancellationToken)
    {
        var receipt = message.PopReceipt;
        while (true)
        {
            await Task.Delay(Hidden / 2, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return receipt;
            var renewed = await queue.UpdateMessageAsync(message.MessageId, receipt, (string?)null, Hidden, CancellationToken.None);
            receipt = renewed.Value.PopReceipt;
        }
    }

    private static async Task SetAsideAsync(QueueClient queue, QueueClient poison, QueueMessage message)
    {
        await poison.CreateIfNotExistsAsync();
        await poison.SendMessageAsync(message.Body);
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
    }

    private static Dictionary<string, TypedData> MetadataOf(QueueMessage message) =>
        new()
        {
            ["QueueTrigger"] = new() { String = message.MessageText },
            ["Id"] = new() { String = message.MessageId },
            ["PopReceipt"] = new() { String = message.PopReceipt },
            ["DequeueCount"] = new() { Json = message.DequeueCount.ToString(InvariantCulture) },
            ["InsertionTime"] = TimeOf(message.InsertedOn),
            ["ExpirationTime"] = TimeOf(message.ExpiresOn),
            ["NextVisibleTime"] = TimeOf(message.NextVisibleOn),
        };

    private static TypedData TimeOf(DateTimeOffset? time) => new() { Json = $"\"{time?.ToString("O", InvariantCulture)}\"" };

    private static TimeSpan Time(AppFolder app, string name, TimeSpan otherwise) =>
        app.Setting("queues", name) is { } value ? TimeSpan.Parse(value.GetString()!, InvariantCulture) : otherwise;

    [LoggerMessage(LogLevel.Error, "The queue function {Name} failed: {Reason}")]
    private static partial void LogFailure(ILogger logger, string name, string reason);
}
