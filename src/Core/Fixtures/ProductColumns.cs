using ServerlessRosa.Core.Problems;

namespace ServerlessRosa.Core.Fixtures;

/// <summary>
/// The columns of a spreadsheet of products, which are those of CommCare HQ's: `id`, `name`, `unit`, `product_id` (the code),
/// `description`, `category`, `program_id`, `cost` and `data: name`; and `Archived(Y/N)` and `Delete(Y/N)`.
/// </summary>
internal sealed class ProductColumns
{
    public const string Id = "id";
    public const string Name = "name";
    public const string Unit = "unit";
    public const string Code = "product_id";
    public const string Description = "description";
    public const string Category = "category";
    public const string Program = "program_id";
    public const string Cost = "cost";
    public const string Archived = "Archived(Y/N)";
    public const string Delete = "Delete(Y/N)";
    public const string DataPrefix = "data: ";

    private static readonly string[] Known = [Id, Name, Unit, Code, Description, Category, Program, Cost, Archived, Delete];

    private readonly Dictionary<string, int> _columns = [];

    /// <summary>Refuses a column that is none of a product, and two that are the same, with 400.58.</summary>
    public ProductColumns(IReadOnlyList<string> headers)
    {
        foreach (var (column, text) in headers.Index())
        {
            var header = text.Trim();
            if (header.Length == 0)
            {
                continue;
            }
            if (!Known.Contains(header) && (!header.StartsWith(DataPrefix, StringComparison.Ordinal) || header.Length == DataPrefix.Length))
            {
                throw Problem.UnusableSheet(1, $"a product has nothing for the column {header}.").AsException();
            }
            if (!_columns.TryAdd(header, column))
            {
                throw Problem.UnusableSheet(1, $"there are two columns {header}.").AsException();
            }
        }
    }

    public ProductRow RowOf(IReadOnlyList<string?> cells, int number)
    {
        string? Cell(string name) =>
            _columns.TryGetValue(name, out var column) ? (column < cells.Count ? cells[column]?.Trim() ?? "" : "") : null;
        var data = _columns
            .Keys.Where(name => name.StartsWith(DataPrefix, StringComparison.Ordinal))
            .ToDictionary(name => name[DataPrefix.Length..], name => Cell(name)!);
        return new ProductRow(number, Cell, data);
    }
}

/// <summary>A row of such a spreadsheet. A cell is null where the column is not there.</summary>
internal sealed record ProductRow(int Number, Func<string, string?> Cell, IReadOnlyDictionary<string, string> Data)
{
    public bool Deletes => IsYes(ProductColumns.Delete) ?? false;

    public string? Filled(string name) => Cell(name) is { Length: > 0 } text ? text : null;

    /// <summary>The product with what the row says of it.</summary>
    public Product ApplyTo(Product product)
    {
        var data = new Dictionary<string, string>(product.Data);
        foreach (var (name, value) in Data.Where(pair => pair.Value != data.GetValueOrDefault(pair.Key, "")))
        {
            data[name] = value;
        }
        return product with
        {
            Name = Filled(ProductColumns.Name) ?? product.Name,
            Unit = Cell(ProductColumns.Unit) ?? product.Unit,
            Code = Cell(ProductColumns.Code) ?? product.Code,
            Description = Cell(ProductColumns.Description) ?? product.Description,
            Category = Cell(ProductColumns.Category) ?? product.Category,
            ProgramId = Cell(ProductColumns.Program) ?? product.ProgramId,
            Cost = Cell(ProductColumns.Cost) ?? product.Cost,
            Data = data,
            IsArchived = IsYes(ProductColumns.Archived) ?? product.IsArchived,
        };
    }

    private bool? IsYes(string name) => Filled(name)?.Equals("Y", StringComparison.OrdinalIgnoreCase);
}
