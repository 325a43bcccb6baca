using System.Text;
using ExcelDataReader;

namespace ServerlessRosa.XlsForms;

/// <summary>Reads the sheets of an .xlsx, .xlsm or .xls file (XF-002, XF-020, XF-029).</summary>
internal sealed class WorkbookReader(XlsFormOptions options, Messages messages)
{
    private const int MaxSheets = 256;

    static WorkbookReader() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <param name="firstSheetOnly">Reads the first sheet, whatever its name, and no other.</param>
    public Workbook Read(Stream source, bool firstSheetOnly, CancellationToken cancellationToken)
    {
        using var file = Buffer(source, cancellationToken);
        try
        {
            return Read(file, firstSheetOnly, cancellationToken);
        }
        catch (Exception e) when (e is not (ConversionStopException or OperationCanceledException or OutOfMemoryException))
        {
            // The library answers damaged files with exceptions of many types. No code of the conversion itself runs in here.
            throw new ConversionStopException(Reason(e, file));
        }
    }

    private Workbook Read(MemoryStream file, bool firstSheetOnly, CancellationToken cancellationToken)
    {
        if (IsZip(file))
            ZipGuard.Check(file, options.MaxInflatedBytes, cancellationToken);
        else
            CompoundFileGuard.Check(file);
        file.Position = 0;
        using var reader = ExcelReaderFactory.CreateReader(file, new ExcelReaderConfiguration { LeaveOpen = true });
        if (reader.ResultsCount > MaxSheets)
            throw new ConversionStopException($"The workbook has more than {MaxSheets} sheets.");
        var budget = new CellBudget(options.MaxCellCharacters);
        var sheets = new Dictionary<string, Sheet>(StringComparer.Ordinal);
        var names = new List<string>();
        var only = firstSheetOnly || reader.ResultsCount == 1;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            names.Add(reader.Name);
            var name = only ? SheetName.Survey : PythonText.Lower(reader.Name);
            if (SheetName.All.Contains(name))
                sheets[name] = new SheetReader(reader, name, messages, budget, wholeSeconds: !IsZip(file)).Read(cancellationToken);
        } while (!firstSheetOnly && reader.NextResult());
        return new Workbook(sheets, names);
    }

    private MemoryStream Buffer(Stream source, CancellationToken cancellationToken)
    {
        var file = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Write(buffer, 0, read);
            if (file.Length > options.MaxFileBytes)
                throw new ConversionStopException($"The workbook is larger than {options.MaxFileBytes >> 20} MiB.");
        }
        file.Position = 0;
        return file;
    }

    private static bool IsZip(MemoryStream file) =>
        file.GetBuffer().AsSpan(0, (int)Math.Min(4, file.Length)) is [0x50, 0x4B, 3 or 5 or 7, 4 or 6 or 8];

    private static string Reason(Exception e, MemoryStream file)
    {
        if (file.Length == 0)
            return "The file is empty. Send an Excel workbook (.xlsx or .xls).";
        if (e.GetType().Name.Contains("Password", StringComparison.Ordinal))
            return "The workbook is protected by a password. Save it without a password.";
        return "The file is not a readable Excel workbook (.xlsx or .xls). Open it in a spreadsheet program and save it again.";
    }
}
