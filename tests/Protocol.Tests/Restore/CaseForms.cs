using System.Net;
using System.Text;
using System.Xml.Linq;
using ServerlessRosa.Protocol.Tests.Infrastructure;

namespace ServerlessRosa.Protocol.Tests.Restore;

/// <summary>Forms with case blocks, as phones submit them to the receiver.</summary>
internal static class CaseForms
{
    /// <summary>What all of them are in.</summary>
    public const string Namespace = "http://example.org/forms/visit";

    private static readonly XNamespace Form = Namespace;
    private static readonly XNamespace Meta = "http://openrosa.org/jr/xforms";

    /// <summary>Submits the blocks in one form, with the sync token of the phone if it has one, and waits for its 201.</summary>
    public static async Task<string> SubmitAsync(
        this Domain domain,
        Api phone,
        string userId,
        string? token,
        params IReadOnlyList<PhoneBlock> blocks
    )
    {
        var instance = Guid.NewGuid().ToString();
        await domain.SubmitAsync(
            phone,
            token,
            Xml(instance, userId, [.. blocks.SelectMany(block => Ledgers(block).Prepend(Element(block, userId)))])
        );
        return instance;
    }

    public static async Task SubmitAsync(this Domain domain, Api phone, string? token, string xml)
    {
        using var content = new StringContent(xml, Encoding.UTF8, "text/xml");
        var answer = await phone
            .With("X-OpenRosa-Version", "3.0")
            .With("X-CommCareHQ-LastSyncToken", token)
            .PostAsync(domain.At("/receiver/secure/"), content);
        answer.ShouldBe(HttpStatusCode.Created);
    }

    public static string Xml(string instance, string userId, params XElement[] blocks) =>
        new XElement(
            Form + "data",
            new XAttribute("name", "Visit"),
            new XAttribute("version", "1"),
            new XAttribute("uiVersion", "1"),
            new XElement(Form + "weight", "7.2"),
            blocks,
            new XElement(
                Meta + "meta",
                new XElement(Meta + "deviceID", "device"),
                new XElement(Meta + "timeStart", "2015-11-02T16:04:42.383-04"),
                new XElement(Meta + "timeEnd", "2015-11-02T16:04:54.950-04"),
                new XElement(Meta + "username", "jason"),
                new XElement(Meta + "userID", userId),
                new XElement(Meta + "instanceID", instance)
            )
        ).ToString(SaveOptions.DisableFormatting);

    /// <summary>The blocks of the case's ledger, each in a block of its own.</summary>
    public static IEnumerable<XElement> Ledgers(PhoneBlock block, DateTimeOffset? date = null) =>
        block.Stock.Select(stock => new XElement(
            RestoreDocument.Ledger + (stock.IsTransfer ? "transfer" : "balance"),
            new XAttribute(
                stock.IsTransfer
                    ? stock.Quantity < 0
                        ? "src"
                        : "dest"
                    : "entity-id",
                block.Id
            ),
            new XAttribute("date", (date?.UtcDateTime ?? DateTime.UtcNow).ToString("O")),
            new XAttribute("section-id", stock.Section),
            new XElement(
                RestoreDocument.Ledger + "entry",
                new XAttribute("id", stock.Entry),
                new XAttribute("quantity", stock.IsTransfer ? Math.Abs(stock.Quantity) : stock.Quantity)
            )
        ));

    public static XElement Element(PhoneBlock block, string userId, DateTimeOffset? date = null)
    {
        var space = RestoreDocument.CaseXml;
        var element = new XElement(
            space + "case",
            new XAttribute("case_id", block.Id),
            new XAttribute("user_id", userId),
            new XAttribute("date_modified", (date?.UtcDateTime ?? DateTime.UtcNow).ToString("O"))
        );
        if (block.Creates)
        {
            element.Add(
                new XElement(
                    space + "create",
                    new XElement(space + "case_type", block.CaseType),
                    new XElement(space + "case_name", "Amina"),
                    new XElement(space + "owner_id", block.Owner)
                )
            );
        }
        var update = block.Properties.Select(property => new XElement(space + property.Key, property.Value)).ToList();
        if (!block.Creates && block.Owner is not null)
        {
            update.Add(new XElement(space + "owner_id", block.Owner));
        }
        if (update.Count > 0)
        {
            element.Add(new XElement(space + "update", update));
        }
        if (block.Indices.Count > 0)
        {
            element.Add(
                new XElement(
                    space + "index",
                    block.Indices.Select(index => new XElement(
                        space + index.Identifier,
                        new XAttribute("case_type", "patient"),
                        index.Extension ? new XAttribute("relationship", "extension") : null,
                        index.Target ?? ""
                    ))
                )
            );
        }
        if (block.Closes)
        {
            element.Add(new XElement(space + "close"));
        }
        return element;
    }
}

/// <summary>A worker's phone in a domain: submits and syncs as Android does, over HTTP.</summary>
internal sealed class DomainPhone(Domain domain, Worker worker)
{
    public Worker Worker { get; } = worker;

    public SimulatedPhone Simulated { get; } = new(worker.Id);

    /// <summary>What its last restore said.</summary>
    public RestoreDocument? Last { get; private set; }

    public static async Task<DomainPhone> StartAsync(Domain domain)
    {
        var phone = new DomainPhone(domain, await domain.WorkerAsync());
        await phone.SyncAsync();
        return phone;
    }

    /// <summary>Does it on the phone, and submits it with the phone's token.</summary>
    public async Task<string> SubmitAsync(params IReadOnlyList<PhoneBlock> blocks)
    {
        foreach (var block in blocks)
        {
            Simulated.Apply(block);
        }
        return await domain.SubmitAsync(Worker.Phone, Worker.Id, Simulated.Token, blocks);
    }

    public Task<Answer> AskAsync(string more = "") =>
        domain.RestoreAsync(
            Worker.Phone,
            (Simulated.Token is null ? "" : $"since={Simulated.Token}&state={Simulated.State()}&")
                + $"device_id=device&user_id={Worker.Id}{more}"
        );

    /// <summary>Purges, syncs and applies the response, which must not be a refusal. Returns the cases that were sent: `+A B Cx`.</summary>
    public async Task<string> SyncAsync(string more = "")
    {
        Simulated.Purge();
        return Take(await AskAsync(more));
    }

    public string Take(Answer answer)
    {
        Last = RestoreDocument.Of(answer);
        foreach (var block in Last.Blocks)
        {
            Simulated.Apply(block);
        }
        (Simulated.Token, Simulated.Groups) = (Last.Token, Last.Groups);
        return Last.Summary();
    }

    /// <summary>The cases on the phone after a purge.</summary>
    public string Footprint()
    {
        Simulated.Purge();
        return string.Join(' ', Simulated.Cases.Keys.Order(StringComparer.Ordinal));
    }
}
