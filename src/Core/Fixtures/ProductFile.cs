namespace ServerlessRosa.Core.Fixtures;

/// <summary>A domain's products as a file that can be uploaded again.</summary>
public sealed class ProductFile
{
    public ProductFile(IReadOnlyList<Product> products)
    {
        var data = products.SelectMany(product => product.Data.Keys).Distinct().Order(StringComparer.Ordinal);
        Headers =
        [
            ProductColumns.Id,
            ProductColumns.Name,
            ProductColumns.Unit,
            ProductColumns.Code,
            ProductColumns.Description,
            ProductColumns.Category,
            ProductColumns.Program,
            ProductColumns.Cost,
            ProductColumns.Archived,
            .. data.Select(name => ProductColumns.DataPrefix + name),
        ];
        Rows =
        [
            .. products.Select(product =>
            {
                var cells = CellsOf(product);
                return Headers.Select(header => cells.GetValueOrDefault(header, ""));
            }),
        ];
        LongestCell = Rows.SelectMany(row => row).Select(cell => cell.Length).DefaultIfEmpty().Max();
    }

    public IReadOnlyList<string> Headers { get; }

    public IReadOnlyList<IEnumerable<string>> Rows { get; }

    public int LongestCell { get; }

    /// <summary>The cells of a product by their column.</summary>
    public static Dictionary<string, string> CellsOf(Product product)
    {
        var cells = new Dictionary<string, string>
        {
            [ProductColumns.Id] = product.Id,
            [ProductColumns.Name] = product.Name,
            [ProductColumns.Unit] = product.Unit,
            [ProductColumns.Code] = product.Code,
            [ProductColumns.Description] = product.Description,
            [ProductColumns.Category] = product.Category,
            [ProductColumns.Program] = product.ProgramId,
            [ProductColumns.Cost] = product.Cost,
            [ProductColumns.Archived] = product.IsArchived ? "Y" : "N",
        };
        foreach (var (name, value) in product.Data)
        {
            cells[ProductColumns.DataPrefix + name] = value;
        }
        return cells;
    }
}
