using System.Globalization;
using System.Xml;
using ServerlessRosa.Core.Ids;

namespace ServerlessRosa.Core.Cases;

/// <summary>
/// Reads a `balance` or `transfer` element of a form's ledger (CC-156) from its start tag to its end tag: a block for the case whose
/// balances it sets, or one for each case of a transfer. The section is an attribute of the element, or of each `value` of its entries. The
/// first error is the <see cref="Problem"/>. An entry with an empty quantity says nothing, as in CommCare HQ.
/// </summary>
internal sealed class LedgerBlockReader
{
    public const string Namespace = "http://commcarehq.org/ledger/v1";
    private const string Balance = "balance";
    private const string Transfer = "transfer";
    private const int MaxName = 255;

    private readonly List<LedgerChange> _changes = [];

    private LedgerBlockReader() { }

    public CaseProblem? Problem { get; private set; }

    public static bool IsLedger(XmlReader xml) => xml.NamespaceURI == Namespace && xml.LocalName is Balance or Transfer;

    public static (IReadOnlyList<CaseBlock> Blocks, CaseProblem? Problem) Read(XmlReader xml)
    {
        var reader = new LedgerBlockReader();
        var blocks = reader.ReadBlocks(xml);
        return (blocks, reader.Problem);
    }

    private List<CaseBlock> ReadBlocks(XmlReader xml)
    {
        var isTransfer = xml.LocalName == Transfer;
        var (entity, source, target) = (xml.GetAttribute("entity-id"), xml.GetAttribute("src"), xml.GetAttribute("dest"));
        var date = DateOf(xml);
        ReadEntries(xml, xml.GetAttribute("section-id"));
        if (!isTransfer)
        {
            return [BlockOf(entity, date, _changes)];
        }
        if (source is null && target is null)
        {
            Problem ??= CaseProblem.IllegalCaseId("Can't specify a transaction block with no src or dest case");
            return [];
        }
        var blocks = new List<CaseBlock>();
        if (source is not null)
        {
            blocks.Add(
                BlockOf(source, date, [.. _changes.Select(change => change with { IsTransfer = true, Quantity = -change.Quantity })])
            );
        }
        if (target is not null)
        {
            blocks.Add(BlockOf(target, date, [.. _changes.Select(change => change with { IsTransfer = true })]));
        }
        return blocks;
    }

    private CaseBlock BlockOf(string? entity, DateTimeOffset? date, IReadOnlyList<LedgerChange> changes)
    {
        if (!CaseId.TryParse(entity, out var id))
        {
            Problem ??= CaseProblem.UnknownLedgerCase(Short(entity));
        }
        return new CaseBlock(id) { ModifiedOn = date, Ledger = changes };
    }

    private DateTimeOffset? DateOf(XmlReader xml)
    {
        if (xml.GetAttribute("date") is not { } text || string.IsNullOrWhiteSpace(text))
        {
            return null;
        }
        var date = CaseDates.Parse(text);
        Problem ??= date is null ? CaseProblem.InvalidDate($"The date {Short(text)} of a {xml.LocalName} is not a date.") : null;
        return date;
    }

    private void ReadEntries(XmlReader xml, string? section)
    {
        if (xml.IsEmptyElement)
        {
            return;
        }
        var depth = xml.Depth;
        string? entry = null;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }
            if (xml.Depth == depth + 1 && xml.LocalName == "entry")
            {
                entry = xml.GetAttribute("id");
                if (!string.IsNullOrEmpty(section) || xml.GetAttribute("quantity") is not null)
                {
                    Add(section, entry, xml.GetAttribute("quantity"));
                }
            }
            else if (xml.Depth == depth + 2 && xml.LocalName == "value" && string.IsNullOrEmpty(section))
            {
                Add(xml.GetAttribute("section-id"), entry, xml.GetAttribute("quantity"));
            }
        }
    }

    private void Add(string? section, string? entry, string? quantity)
    {
        if (string.IsNullOrWhiteSpace(quantity))
        {
            return;
        }
        if (string.IsNullOrWhiteSpace(entry))
        {
            Problem ??= CaseProblem.MissingProductId();
            return;
        }
        if (string.IsNullOrWhiteSpace(section))
        {
            Problem ??= CaseProblem.InvalidValue($"The ledger entry {Short(entry)} has no section-id.");
            return;
        }
        if (section.Length > MaxName || entry.Length > MaxName)
        {
            Problem ??= CaseProblem.InvalidValue($"A section or entry of a ledger exceeds allowed length: {MaxName}");
            return;
        }
        if (QuantityOf(quantity) is not { } number)
        {
            Problem ??= CaseProblem.InvalidValue($"The quantity {Short(quantity)} of the ledger entry {Short(entry)} is not an integer.");
            return;
        }
        _changes.Add(new LedgerChange(section, entry, number, IsTransfer: false));
    }

    // `5.0` is an integer too. The smallest number has no opposite, which a transfer needs.
    private static int? QuantityOf(string text) =>
        decimal.TryParse(
            text.Trim(),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number
        )
        && number == decimal.Truncate(number)
        && number is > int.MinValue and <= int.MaxValue
            ? (int)number
            : null;

    private static string Short(string? text) => text is null or { Length: <= 100 } ? text ?? "" : text[..100] + "…";
}
