using System.Globalization;
using ServerlessRosa.Core.Ids;
using ServerlessRosa.Core.Storage;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>The keys of table `fixtures`. A domain's fixtures share a partition, so that a change and the head that records it are one
/// batch.</summary>
internal static class FixtureKeys
{
    public const string Head = "head";
    public const string Groups = "group|";
    public const string Tables = "table|";
    public const string Rows = "row|";
    public const string LocationTypes = "level|";
    public const string Locations = "place|";
    public const string Products = "product|";
    public const string Tags = "tag|";
    public const string SiteCodes = "site|";
    public const string RowIds = "rowid|";

    /// <summary>Ids are ours, but addresses hold what clients make of them.</summary>
    private const int MaxId = 100;

    public static string Partition(ProjectId project) => TableKey.Number(project.Value);

    public static string Group(string id) => Groups + Id(id);

    public static string Table(string id) => Tables + Id(id);

    /// <summary>The row that makes a tag unique.</summary>
    public static string Tag(string tag) => Tags + TableKey.Join(tag);

    public static string RowsOf(string table) => Rows + Id(table) + "|";

    /// <summary>Sorts rows as phones get them.</summary>
    public static string Row(LookupRow row) =>
        RowsOf(row.Table) + ((uint)row.SortKey ^ 0x8000_0000).ToString("x8", CultureInfo.InvariantCulture) + "|" + Id(row.Id);

    /// <summary>The row that finds a lookup row by its id alone.</summary>
    public static string RowId(string id) => RowIds + Id(id);

    public static string LocationType(string code) => LocationTypes + Id(code);

    public static string Location(string id) => Locations + Id(id);

    public static string Product(string id) => Products + Id(id);

    /// <summary>The row that makes a site code unique, in any case.</summary>
    public static string SiteCode(string siteCode) => SiteCodes + TableKey.Hash(siteCode.ToLowerInvariant());

    private static string Id(string id) => id.Length <= MaxId ? TableKey.Join(id) : TableKey.Hash(id);
}
