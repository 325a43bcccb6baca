using ServerlessRosa.XlsForms.Cli;

return Xls2XForm.Run(args, Console.Out, Console.Error);
