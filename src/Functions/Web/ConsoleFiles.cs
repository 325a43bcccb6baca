using System.Collections.Frozen;
using System.Text.Json;

namespace ServerlessRosa.Functions.Web;

/// <param name="Name">Path in the folder, such as `assets/index-4f2a.js`.</param>
/// <param name="Encodings">Which compressed copies are beside it, best first: `br`, `gzip`.</param>
public sealed record ConsoleFile(string Name, string Type, string Hash, IReadOnlyList<string> Encodings)
{
    /// <summary>The encoding to send to a client with this `Accept-Encoding`; null for the file as it is.</summary>
    public string? EncodingFor(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        return Encodings.FirstOrDefault(encoding => accepted.Any(one => one.Value == encoding && one.Quality is not 0));
    }

    /// <summary>Each encoding is a representation of its own.</summary>
    public string ETag(string? encoding) => encoding is null ? $"\"{Hash}\"" : $"\"{Hash}-{encoding}\"";
}

/// <summary>
/// The web console's files, which the build of src/Web writes beside the app. Their list is read once; a name from a request is only looked
/// up in it and never becomes a path. An app built without the console serves none.
/// </summary>
public sealed class ConsoleFiles
{
    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
    private readonly FrozenDictionary<string, ConsoleFile> _files;

    public ConsoleFiles()
    {
        var list = Path.Combine(_folder, "files.json");
        var files = File.Exists(list) ? JsonSerializer.Deserialize<ConsoleFile[]>(File.ReadAllBytes(list), JsonSerializerOptions.Web)! : [];
        _files = files.ToFrozenDictionary(file => file.Name, StringComparer.Ordinal);
    }

    public ConsoleFile? Find(string name) => _files.GetValueOrDefault(name);

    public FileStream Open(ConsoleFile file, string? encoding) =>
        new(
            Path.Combine(_folder, encoding is null ? file.Name : $"{file.Name}.{encoding}"),
            new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan }
        );
}
