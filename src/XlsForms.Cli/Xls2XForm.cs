using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

namespace ServerlessRosa.XlsForms.Cli;

/// <summary>The command `xls2xform`, with the options, outputs and exit codes of the reference's command of that name.</summary>
internal static class Xls2XForm
{
    // The codes of --json.
    private const int Ok = 100;
    private const int OkWithWarnings = 101;
    private const int Failed = 999;

    private const int ExitFailed = 1;
    private const int ExitUsage = 2;

    private static readonly Argument<FileInfo> Input = new("path_to_XLSForm") { Description = "The workbook (.xlsx or .xls)." };

    private static readonly Argument<FileInfo?> Output = new("output_path")
    {
        Description = "The XForm to write. Without it, the workbook's name with .xml.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Report in JSON: a code (100, 101 with warnings, 999 failed), a message and the warnings.",
    };

    private static readonly Option<bool> SkipValidate = new("--skip_validate")
    {
        Description = "Do not check expressions, paths and cycles.",
    };

    private static readonly Option<bool> OdkValidate = new("--odk_validate")
    {
        Description = "Check expressions, paths and cycles (this is the default).",
    };

    private static readonly Option<bool> PrettyPrint = new("--pretty_print") { Description = "Write the XForm with indentation." };

    /// <summary>Returns 0 if the form was written or --json reports, 1 if it was not, 2 for unknown arguments.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Converts an XLSForm workbook to an ODK XForm.")
        {
            Input,
            Output,
            Json,
            SkipValidate,
            OdkValidate,
            PrettyPrint,
        };
        var exit = 0;
        root.SetAction(parsed => exit = Convert(parsed, output, error));
        if (
            Array.Find(
                args,
                arg => arg.StartsWith('-') && !root.Options.Any(option => option.Name == arg || option.Aliases.Contains(arg))
            ) is
            { } unknown
        )
        {
            error.WriteLine($"There is no option '{unknown}'.");
            return ExitUsage;
        }
        var result = root.Parse(args);
        if (result.Action is ParseErrorAction)
        {
            error.WriteLine(string.Join(Environment.NewLine, result.Errors.Select(problem => problem.Message)));
            return ExitUsage;
        }
        result.Invoke(
            new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
            }
        );
        return exit;
    }

    private static int Convert(ParseResult parsed, TextWriter output, TextWriter error)
    {
        var input = parsed.GetRequiredValue(Input);
        var target = parsed.GetValue(Output)?.FullName ?? Path.ChangeExtension(input.FullName, ".xml");
        var json = parsed.GetValue(Json);
        if (!input.Exists)
            return Report(json, output, error, Failed, $"There is no file '{input.FullName}'.", []);
        var options = new XlsFormOptions
        {
            FormIdFallback = Path.GetFileNameWithoutExtension(input.Name),
            RunChecks = parsed.GetValue(OdkValidate) || !parsed.GetValue(SkipValidate),
        };
        XlsFormResult result;
        using (var workbook = input.OpenRead())
        {
            result = XlsFormConverter.Convert(workbook, options, CancellationToken.None);
        }
        var warnings = result.Warnings.Select(warning => warning.ToString()).ToList();
        if (result.Form is not { } form)
            return Report(json, output, error, Failed, string.Join('\n', result.Errors), warnings);
        File.WriteAllText(target, parsed.GetValue(PrettyPrint) ? Indent(form.Xml) : form.Xml, new UTF8Encoding(false));
        if (form.Itemsets is not null)
            WriteItemsets(target, form.Itemsets, json ? TextWriter.Null : error);
        return warnings.Count == 0
            ? Report(json, output, error, Ok, "Ok!", warnings)
            : Report(json, output, error, OkWithWarnings, "Ok with warnings.", warnings);
    }

    private static void WriteItemsets(string target, string itemsets, TextWriter error)
    {
        var path = Path.Combine(Path.GetDirectoryName(target)!, "itemsets.csv");
        File.WriteAllText(path, itemsets, new UTF8Encoding(false));
        error.WriteLine($"External choices csv is located at: {path}");
    }

    private static int Report(bool json, TextWriter output, TextWriter error, int code, string message, List<string> warnings)
    {
        if (json)
        {
            var report = new JsonObject
            {
                ["code"] = code,
                ["message"] = message,
                ["warnings"] = new JsonArray([.. warnings.Select(warning => JsonValue.Create(warning))]),
            };
            output.WriteLine(
                report.ToJsonString(
                    new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
                )
            );
            return 0;
        }
        if (warnings.Count > 0)
            error.WriteLine("Warnings:");
        foreach (var warning in warnings)
        {
            error.WriteLine(warning);
        }
        error.WriteLine(code == Failed ? message : "Conversion complete!");
        return code == Failed ? ExitFailed : 0;
    }

    private static string Indent(string xml)
    {
        var text = new StringBuilder();
        using (
            var writer = XmlWriter.Create(
                text,
                new XmlWriterSettings
                {
                    Indent = true,
                    OmitXmlDeclaration = true,
                    NewLineChars = "\n",
                }
            )
        )
        {
            XDocument.Parse(xml).Save(writer);
        }
        return $"<?xml version=\"1.0\"?>\n{text}\n";
    }
}
